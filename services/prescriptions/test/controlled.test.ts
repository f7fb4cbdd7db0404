import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { LinesResolved } from '@carethread/contracts/events/catalog.ts';
import { LinesWritten, PrescriptionSigned } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import { drafted, fillOf, fillWhole, lineInput, lot, released, signed, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const oxycodone = { wording: 'Oxycodone 5 mg oral tablet', schedule: 'CII', ingredients: ['oxycodone'] };
const zolpidem = { wording: 'Zolpidem 10 mg oral tablet', schedule: 'CIV', ingredients: ['zolpidem'] };

/** The doctor with an access token that proves who they are, and has for so many seconds. */
const proved = (secondsAgo = 10): Actor => ({
  ...world.doctor,
  stepUp: { at: Math.floor(world.clock.now.getTime() / 1000) - secondsAgo, methods: ['pwd'] },
});

const shown = `prescription { id version status policyPacks identityProvedAt validUntil openItems
  signingChecks { kind lineId message refuses } }`;
const sign = (by: Actor, { prescriptionId, version }: Pick<Written, 'prescriptionId' | 'version'>) =>
  world.mutate(by, 'signPrescription', { prescriptionId, expectedVersion: version }, shown);
const read = async (by: Actor, id: PrescriptionId, fields: string) =>
  (await world.query(by, `query ($id: ID!) { prescription(id: $id) { ${fields} } }`, { id })).prescription;
const checks = async ({ prescriptionId }: Written, by = world.doctor) =>
  (await read(by, prescriptionId, 'signingChecks { kind refuses }')).signingChecks;

/** Signed with a proof of identity, released, and its ticket sent. */
const releasedWith = (
  line: object,
  as: object,
  parties: { pharmacyId?: World['pharmacist']['organisationId'] } = {},
) => released(world, [lineInput(line)], { ...parties, doctor: proved(), as });

describe('signing a CII (R-14)', () => {
  it('says before what is missing, and refuses without a proof of identity, naming the way on', async () => {
    const draft = await drafted(world, [lineInput()], { unresolved: true });
    expect(await checks(draft)).toEqual([{ kind: 'SCHEDULE_PENDING', refuses: false }]);
    await world.resolve(draft.prescriptionId, oxycodone);
    expect(await checks(draft)).toEqual([{ kind: 'STEP_UP', refuses: true }]);
    expect(await checks(draft, proved())).toEqual([]);

    const { prescription, userErrors } = await sign(world.doctor, draft);
    expect(prescription).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED', path: [] }]);
    expect((await sign(proved(301), draft)).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  });

  it('keeps with the signature what it was made under', async () => {
    const draft = await drafted(world, [lineInput()], { as: oxycodone });
    const { prescription } = await sign(proved(), draft);
    const identityProvedAt = new Date(world.clock.now.getTime() - 10_000).toISOString();
    expect(prescription).toMatchObject({
      status: 'SIGNED',
      policyPacks: ['US@1'],
      identityProvedAt,
      signingChecks: [],
    });
    const { history } = await read(world.doctor, prescription.id, 'history { policyPacks identityProvedAt }');
    expect(history).toEqual([{ policyPacks: ['US@1'], identityProvedAt }]);
    const [kept] = await world.sql(
      'SELECT schedules, step_up FROM signed_content WHERE prescription_id = $1',
      [prescription.id],
    );
    expect(kept).toMatchObject({ schedules: { [draft.lineIds[0]!]: 'CII' }, step_up: { methods: ['pwd'] } });
  });

  it('refuses repeats and names field and limit', async () => {
    const draft = await drafted(world, [lineInput({ repeats: 2 })], { as: oxycodone });
    expect((await sign(proved(), draft)).userErrors).toMatchObject([
      {
        code: 'INVALID',
        path: ['lines', '0', 'repeats'],
        message: 'Schedule II (US@1): at most 0 repeats, not 2.',
      },
    ]);
  });

  it('waits for the catalog, so that a quick signature is judged as well', async () => {
    const draft = await drafted(world, [lineInput()], { unresolved: true });
    const early = sign(world.doctor, draft);
    await world.resolve(draft.prescriptionId, oxycodone);
    expect((await early).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  });
});

describe('what the catalog says of a draft', () => {
  it('is asked in codes only, for lines that have some, and again for a new version', async () => {
    const asked = async (id: string) =>
      (await world.emitted(LinesWritten)).filter(({ aggregateId }) => aggregateId === id);
    const productId = newId();
    const draft = await drafted(world, [
      lineInput({ productId }),
      lineInput({ productId: null, text: 'By hand' }),
    ]);
    const [event, ...more] = await asked(draft.prescriptionId);
    expect(more).toEqual([]);
    expect(event!.data.lines).toEqual([{ lineId: draft.lineIds[0], productId, ingredients: [] }]);
    expect(JSON.stringify(event)).not.toContain('Amoxicillin');
    const { prescription } = await sign(world.doctor, draft);
    const input = { prescriptionId: draft.prescriptionId, expectedVersion: prescription.version };
    await world.mutate(world.doctor, 'amendPrescription', input, 'prescription { id }');
    expect(await asked(draft.prescriptionId)).toMatchObject([{}, { data: { contentVersion: 2 } }]);
  });

  it('is no change of it, and of no use when the lines are others by now', async () => {
    const draft = await drafted(world, [lineInput()], { unresolved: true });
    const old = (await world.emitted(LinesWritten)).find(
      ({ aggregateId }) => aggregateId === draft.prescriptionId,
    )!.data;
    const lines = [lineInput({ id: draft.lineIds[0], text: 'Something else' })];
    const input = { prescriptionId: draft.prescriptionId, expectedVersion: draft.version, lines };
    const { prescription } = await world.mutate(world.doctor, 'setPrescriptionLines', input, shown);
    await world.publish(LinesResolved, {
      aggregateId: newId(),
      sequence: 1,
      data: {
        ...old,
        releaseId: newId<'Release'>(),
        lines: old.lines.map(({ lineId }) => ({ lineId, ...oxycodone })),
      },
    });
    await world.drain();
    const now = await read(world.doctor, draft.prescriptionId, 'version lines { schedule wording }');
    expect(now).toEqual({ version: prescription.version, lines: [{ schedule: null, wording: null }] });
  });

  it('comes too late: what is controlled is not released, and only a new version helps', async () => {
    const draft = await drafted(world, [lineInput()], { unresolved: true });
    expect((await sign(world.doctor, draft)).prescription.status).toBe('SIGNED');
    await world.screen(draft.prescriptionId, {}, { as: oxycodone });
    const blocked = await read(world.doctor, draft.prescriptionId, 'version status openItems');
    expect(blocked).toMatchObject({ status: 'BLOCKED', openItems: ['control:signature:step_up'] });
    const answer = {
      prescriptionId: draft.prescriptionId,
      expectedVersion: blocked.version,
      findingKey: 'control:signature:step_up',
      reason: 'CHECKED_BY_HAND',
      text: 'It is fine.',
    };
    const override = await world.mutate(world.doctor, 'overrideFinding', answer, shown);
    expect(override.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const about = { prescriptionId: draft.prescriptionId };
    const { prescription: amended } = await world.mutate(
      world.doctor,
      'amendPrescription',
      { ...about, expectedVersion: blocked.version },
      shown,
    );
    await world.resolve(draft.prescriptionId, oxycodone);
    expect((await sign(proved(), { ...about, version: amended.version })).userErrors).toEqual([]);
    await world.screen(draft.prescriptionId);
    expect((await read(world.doctor, draft.prescriptionId, 'status')).status).toBe('RELEASED');
  });
});

describe('a line typed by hand', () => {
  it('is not taken for uncontrolled: nobody gets it before the doctor has answered for it', async () => {
    const draft = await drafted(world, [lineInput({ productId: null, text: 'Zinc ointment' })]);
    expect(await checks(draft)).toEqual([{ kind: 'SCHEDULE_UNKNOWN', refuses: false }]);
    await sign(world.doctor, draft);
    await world.screen(draft.prescriptionId, {}, { as: { wording: null, ingredients: [] } });
    const { version, ...blocked } = await read(
      world.doctor,
      draft.prescriptionId,
      'version status openItems controls { lineId status rules }',
    );
    const findingKey = `notChecked:schedule:${draft.lineIds[0]}:unknown`;
    expect(blocked).toEqual({
      status: 'BLOCKED',
      openItems: [findingKey],
      controls: [{ lineId: draft.lineIds[0], status: 'UNKNOWN', rules: [] }],
    });
    const { prescription } = await world.mutate(
      world.doctor,
      'overrideFinding',
      {
        prescriptionId: draft.prescriptionId,
        expectedVersion: version,
        findingKey,
        reason: 'CHECKED_BY_HAND',
        text: 'Zinc is not controlled.',
      },
      shown,
    );
    expect(prescription).toMatchObject({ status: 'RELEASED', openItems: [] });
  });
});

describe('the rules in plain words', () => {
  it('are the same for doctor, patient and pharmacist', async () => {
    const { prescriptionId, ticketId, lineIds } = await releasedWith({}, oxycodone);
    await world.claim(ticketId);
    const fields = `controls { lineId status name rules maxRepeats maxDaysSupply lastDay stepUpMaxAgeSeconds
      schedules { code title jurisdiction pack sources } }`;
    const { controls } = await read(world.patient, prescriptionId, fields);
    expect(controls).toEqual([
      {
        lineId: lineIds[0],
        status: 'CONTROLLED',
        name: 'Schedule II (US@1)',
        rules: [
          'No repeats.',
          'The doctor proves who they are at most 300 seconds before signing.',
          'The pharmacy that begins it finishes it.',
          'When there is not enough, the rest follows within 72 hours.',
          'When only a part is wanted, the rest follows within 30 days of signing.',
        ],
        maxRepeats: 0,
        maxDaysSupply: null,
        lastDay: null,
        stepUpMaxAgeSeconds: 300,
        schedules: [
          expect.objectContaining({ code: 'CII', jurisdiction: 'US', pack: 'US@1', title: 'Schedule II' }),
        ],
      },
    ]);
    for (const person of [world.doctor, world.pharmacist])
      expect((await read(person, prescriptionId, fields)).controls).toEqual(controls);
  });

  it('say nothing of what is not controlled', async () => {
    const { prescriptionId } = await signed(world);
    expect(await read(world.doctor, prescriptionId, 'controls { lineId } signingChecks { kind }')).toEqual({
      controls: [],
      signingChecks: [],
    });
  });
});

describe('filling', () => {
  const prepare = async (
    ticketId: Written['ticketId'],
    claimToken: string,
    lineId: string,
    by = world.pharmacist,
  ) =>
    world.mutate(
      by,
      'prepareLines',
      {
        ticketId,
        claimToken,
        expectedVersion: (await fillOf(world, by, ticketId)).version,
        lines: [{ lineId, lots: [lot(30)] }],
      },
      'fill { preparations { id } }',
    );

  it('takes the stricter of two jurisdictions: the clinic is in the US, the pharmacy in France', async () => {
    const french = await world.registerPharmacy('Europe/Paris', 'FR');
    const pharmacist = await world.join('pharmacist', french);
    const line = { durationDays: 30, quantity: 30 };
    const abroad = await releasedWith(line, oxycodone, { pharmacyId: french });
    const token = await world.claim(abroad.ticketId, 1, pharmacist);
    const there = await prepare(abroad.ticketId, token, abroad.lineIds[0]!, pharmacist);
    expect(there.userErrors).toMatchObject([
      {
        code: 'BLOCKED',
        path: ['input', 'lines', '0', 'lineId'],
        message: expect.stringContaining('28 days'),
      },
    ]);
    const { controls } = await read(
      pharmacist,
      abroad.prescriptionId,
      'controls { name maxDaysSupply lastDay }',
    );
    expect(controls).toEqual([
      { name: 'Schedule II (US@1), Stupéfiants (FR@1)', maxDaysSupply: 28, lastDay: '2026-12-18' },
    ]);

    const home = await releasedWith(line, oxycodone);
    const claimToken = await world.claim(home.ticketId);
    expect((await prepare(home.ticketId, claimToken, home.lineIds[0]!)).userErrors).toEqual([]);
  });

  it('takes the stricter of two days: the catalog moves the medicine to another schedule', async () => {
    const { prescriptionId, ticketId } = await releasedWith({ repeats: 2 }, zolpidem);
    const filled = await fillWhole(world, ticketId, await world.claim(ticketId));
    expect(filled.userErrors).toEqual([]);
    // As the release of 2014 did with hydrocodone.
    await world.move(ticketId, 'closed', { fence: 1 });
    const before = await read(world.patient, prescriptionId, 'policyPacks signedAt contentHash');
    await world.sql(`UPDATE prescription_line SET schedule = 'CII' WHERE prescription_id = $1`, [
      prescriptionId,
    ]);
    world.clock.now = new Date(world.clock.now.getTime() + 10 * 86_400_000);
    const repeat = () =>
      world.mutate(
        world.patient,
        'redeemRepeat',
        { prescriptionId, pharmacyId: world.pharmacist.organisationId, idempotencyKey: newId() },
        'fill { id number }',
      );
    expect((await repeat()).userErrors).toMatchObject([
      { code: 'BLOCKED', message: expect.stringMatching(/Schedule II.*at most 0 repeats.*new prescription/) },
    ]);
    // What was signed stays what it was.
    expect(await read(world.patient, prescriptionId, 'policyPacks signedAt contentHash')).toEqual(before);
    const [{ signed_schedules: then }] = (await world.sql(
      'SELECT signed_schedules FROM prescription WHERE id = $1',
      [prescriptionId],
    )) as [{ signed_schedules: object }];
    expect(Object.values(then)).toEqual(['CIV']);
    await world.sql(`UPDATE prescription_line SET schedule = 'CIV' WHERE prescription_id = $1`, [
      prescriptionId,
    ]);
    expect((await repeat()).fill).toMatchObject({ number: 2 });
  });

  it('hears of a new schedule with the check each claim brings', async () => {
    const { prescriptionId, ticketId, lineIds } = await signedPlain();
    await world.move(ticketId, 'received', { fence: 1, held: true, reason: 'claimed' });
    await world.screen(prescriptionId, {}, { as: zolpidem });
    const result = await prepare(ticketId, world.claimToken(ticketId, 1), lineIds[0]!);
    expect(result.userErrors).toMatchObject([
      { code: 'BLOCKED', message: expect.stringContaining('signed without the proof of identity') },
    ]);
  });
  const signedPlain = () => released(world);

  it('hands over a part of a CII with its reason, and the rest in time only', async () => {
    const { ticketId, lineIds } = await releasedWith({}, oxycodone);
    const claimToken = await world.claim(ticketId);
    const { fill } = await prepare(ticketId, claimToken, lineIds[0]!);
    const hand = (quantity: number, more: object = {}) =>
      world.mutate(
        world.pharmacist,
        'handOver',
        {
          ticketId,
          claimToken: world.claimToken(ticketId, 1),
          idempotencyKey: newId(),
          items: [{ preparationId: fill.preparations[0].id, quantity }],
          ...more,
        },
        'fill { status lines { partReason handedOver } }',
      );
    expect((await hand(10)).userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'partReason'] }]);
    expect((await hand(10, { partReason: 'SHORT_SUPPLY' })).fill).toEqual({
      status: 'OPEN',
      lines: [{ partReason: 'SHORT_SUPPLY', handedOver: 10 }],
    });
    const then = world.clock.now;
    world.clock.now = new Date(then.getTime() + 73 * 3_600_000);
    const late = await hand(20);
    expect(late.userErrors).toMatchObject([{ code: 'EXPIRED', path: ['input', 'items', '0'] }]);
    world.clock.now = new Date(then.getTime() + 71 * 3_600_000);
    expect((await hand(20)).fill.status).toBe('COMPLETE');
  });
});

describe('repeats of a CIII', () => {
  it('are refused six months after the signature', async () => {
    const buprenorphine = { wording: 'Buprenorphine', schedule: 'CIII', ingredients: ['buprenorphine'] };
    const { prescriptionId, ticketId } = await releasedWith({ repeats: 5, durationDays: 30 }, buprenorphine);
    await fillWhole(world, ticketId, await world.claim(ticketId));
    world.clock.now = new Date(world.clock.now.getTime() + 185 * 86_400_000);
    const { userErrors } = await world.mutate(
      world.patient,
      'redeemRepeat',
      { prescriptionId, pharmacyId: world.pharmacist.organisationId, idempotencyKey: newId() },
      'fill { id }',
    );
    expect(userErrors).toMatchObject([{ code: 'EXPIRED' }]);
  });
});

describe('events', () => {
  it('do not tell how the doctor proved who they are', async () => {
    const draft = await drafted(world, [lineInput()], { as: oxycodone });
    await sign(proved(), draft);
    const [event] = (await world.emitted(PrescriptionSigned)).filter(
      ({ aggregateId }) => aggregateId === draft.prescriptionId,
    );
    expect(JSON.stringify(event)).not.toContain('pwd');
  });
});
