import { PrescriptionCancelled, PrescriptionSigned } from '@carethread/contracts/events/prescriptions.ts';
import {
  RenewalApproved,
  RenewalAwaitingApproval,
  RenewalDownloaded,
  RenewalEnded,
  RenewalReady,
  RenewalRequested,
} from '@carethread/contracts/events/renewals.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  approve,
  ask,
  asked,
  documentNews,
  issuedBy,
  money,
  paid,
  ready,
  see,
  usedUp,
} from './renewal-steps.ts';
import { drafted, finding, lineInput, released } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
const admin = person('administrator');
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const definitions = [
  RenewalRequested,
  RenewalAwaitingApproval,
  RenewalApproved,
  RenewalReady,
  RenewalDownloaded,
  RenewalEnded,
] as unknown as EventDefinition<string, unknown>[];
/** What others hear of it, in order and without gaps. */
async function told(id: string): Promise<string[]> {
  const events = (
    await Promise.all(
      definitions.map(async (each) =>
        (await world.emitted(each)).map((event) => ({ ...event, type: each.type })),
      ),
    )
  ).flat();
  const own = events.filter(({ aggregateId }) => aggregateId === id).sort((a, b) => a.sequence - b.sequence);
  expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, at) => at + 1));
  return own.map(({ type }) => type.split('.')[2]!);
}
const kinds = (renewal: { steps: { kind: string }[] }) => renewal.steps.map(({ kind }) => kind);
const at = async (days: number) => {
  world.clock.now = new Date(world.clock.now.getTime() + days * 86_400_000);
  await world.drain();
};

describe('a renewal (S-19, R-08)', () => {
  it('is asked for, refused by the bank, paid by hand, approved, made ready and downloaded', async () => {
    const source = await usedUp(world, [lineInput({ repeats: 0 }), lineInput()]);
    const one = await asked(world, source.prescriptionId);
    expect(await see(world, one.id)).toMatchObject({
      state: 'PENDING_PAYMENT',
      money: 'DUE',
      price: { minor: 1500, text: '15.00 USD' },
      medicines: [{ quantity: 30 }, { quantity: 30 }],
      explanation: 'You asked for it. Next, 15.00 USD are to be paid.',
    });
    const tells = money(world, one);
    await tells.processing();
    await tells.failed();
    expect(await see(world, one.id)).toMatchObject({ state: 'REJECTED', money: 'DUE' });
    await tells.processing();
    await tells.unknown();
    expect((await see(world, one.id)).explanation).toBe(
      'We do not know yet whether your money was taken. We keep asking, and charge nothing again until we know.',
    );
    await tells.succeeded();
    const waiting = await see(world, one.id, admin);
    expect(waiting).toMatchObject({ state: 'AWAITING_APPROVAL', money: 'TAKEN', prescription: null });
    const { renewalsAwaitingApproval } = await world.query(
      admin,
      '{ renewalsAwaitingApproval(first: 100) { edges { node { id medicines { text } } } } }',
    );
    expect(renewalsAwaitingApproval.edges.map(({ node }: any) => node.id)).toContain(one.id);

    const { renewal } = await approve(world, admin, { ...one, version: waiting.version });
    expect(renewal).toMatchObject({ state: 'APPROVED', decidedBy: { id: admin.userId } });
    const prescriptionId = await issuedBy(world, one.id);
    const [signed] = (await world.emitted(PrescriptionSigned)).filter(
      (e) => e.aggregateId === prescriptionId,
    );
    // The source's own medicine is not taken for another one beside it.
    expect(signed!.data.screening.patient.currentIngredients).not.toContain('amoxicillin');
    await world.screen(prescriptionId);
    await world.move(one.ticketId, 'sent');
    await documentNews(world, { is: 'made', prescriptionId, documentId: newId() });
    expect(await see(world, one.id)).toMatchObject({
      state: 'READY',
      waitsUntil: null,
      prescription: { id: prescriptionId, status: 'RELEASED' },
    });
    const documentId = newId();
    await documentNews(world, { is: 'downloaded', prescriptionId, documentId, by: world.doctor.userId });
    expect((await see(world, one.id)).state).toBe('READY');
    await documentNews(world, { is: 'downloaded', prescriptionId, documentId, by: world.patient.userId });
    await world.move(one.ticketId, 'closed', { reason: 'downloaded' });
    const done = await see(world, one.id);
    expect(kinds(done)).toEqual([
      'PENDING_PAYMENT',
      'PROCESSING',
      'REJECTED',
      'PROCESSING',
      'UNKNOWN',
      'AWAITING_APPROVAL',
      'APPROVED',
      'READY',
      'DOWNLOADED',
      'CLOSED',
    ]);
    expect(done.steps.map(({ number }: any) => number)).toEqual(
      done.steps.map((_: unknown, i: number) => i + 1),
    );
    expect(await told(one.id)).toEqual(['requested', 'awaiting_approval', 'approved', 'ready', 'downloaded']);
    const { prescription } = await world.query(
      world.patient,
      `query ($id: ID!) { prescription(id: $id) { signedBy { id } repeatsLeft lines { text repeats } } }`,
      { id: prescriptionId },
    );
    expect(prescription).toMatchObject({
      signedBy: { id: world.doctor.userId },
      lines: [{ repeats: 0 }, { repeats: 0 }],
    });
  });

  it('is one, however often it is asked for', async () => {
    const { prescriptionId } = await usedUp(world);
    const key = newId();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask(world, prescriptionId, world.patient, key)),
    );
    expect(new Set(answers.map(({ renewal }) => renewal.id)).size).toBe(1);
    const others = await Promise.all(Array.from({ length: 5 }, () => ask(world, prescriptionId)));
    expect(others.map(({ userErrors }) => userErrors[0].code)).toEqual(Array(5).fill('ILLEGAL_MOVE'));
  });

  it('that two administrators approve at once is one prescription', async () => {
    const one = await paid(world);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => approve(world, person('administrator'), one)),
    );
    expect(answers.filter(({ renewal }) => renewal !== null)).toHaveLength(1);
    for (const { userErrors } of answers.filter(({ renewal }) => renewal === null))
      expect(userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE', message: 'It was decided before.' }]);
    const written = await world.sql('SELECT id FROM prescription WHERE ticket_id = $1', [one.ticketId]);
    expect(written).toHaveLength(1);
    expect(await told(one.id)).toEqual(['requested', 'awaiting_approval', 'approved']);
  });

  it('that is free passes the same states and says so', async () => {
    await world.mutate(
      world.patient,
      'updatePatientFacts',
      { birthDate: '1950-03-01', expectedVersion: 0 },
      'patientProfile { version }',
    );
    const clinicId = world.doctor.organisationId;
    await world.sql(`UPDATE organisation SET jurisdiction = 'GB' WHERE id = $1`, [clinicId]);
    try {
      const one = await asked(world);
      const free = await see(world, one.id);
      expect(free).toMatchObject({ state: 'AWAITING_APPROVAL', money: 'FREE', price: null, payment: null });
      expect(kinds(free)).toEqual(['PENDING_PAYMENT', 'PROCESSING', 'AWAITING_APPROVAL']);
      expect(free.steps[1].says).toBe('Nothing had to be paid.');
      const [requested] = (await world.emitted(RenewalRequested)).filter((e) => e.aggregateId === one.id);
      expect(requested!.data).toMatchObject({ paymentId: null, amountMinor: 0, currency: null });
      expect(await told(one.id)).toEqual(['requested', 'awaiting_approval']);
      expect((await approve(world, admin, { ...one, version: free.version })).renewal.state).toBe('APPROVED');
    } finally {
      await world.sql(`UPDATE organisation SET jurisdiction = 'US' WHERE id = $1`, [clinicId]);
    }
  });

  it('that the safety check stops waits for the doctor, who can answer it or cancel', async () => {
    const one = await paid(world);
    await approve(world, admin, one);
    const prescriptionId = await issuedBy(world, one.id);
    await world.screen(prescriptionId, { status: 'findings', findings: [finding('a')] });
    expect(await see(world, one.id)).toMatchObject({
      state: 'APPROVED',
      explanation: 'Approved. The safety check has points your doctor answers first.',
    });
    await world.mutate(
      world.doctor,
      'cancelPrescription',
      { prescriptionId, reason: 'INTERACTION' },
      'outcome',
    );
    await world.move(one.ticketId, 'cancelled', { reason: 'interaction' });
    expect(await see(world, one.id)).toMatchObject({
      state: 'CANCELLED',
      prescription: { status: 'CANCELLED' },
    });
  });

  it('can be approved or declined by the doctor whose prescription it is, and by nobody else', async () => {
    const one = await paid(world);
    const strangers = [
      await world.join('doctor'),
      { ...person('administrator'), permissions: [] },
      { ...world.doctor, organisationId: newId<'Organisation'>() },
    ];
    for (const actor of strangers)
      expect((await approve(world, actor, one)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    const input = { renewalId: one.id, expectedVersion: one.version, reason: 'SEE_THE_DOCTOR' };
    const { renewal } = await world.mutate(world.doctor, 'declineRenewal', input, 'renewal { state }');
    expect(renewal.state).toBe('DECLINED');
    expect(await told(one.id)).toEqual(['requested', 'awaiting_approval', 'ended']);
  });
});

describe('a prescription is not renewed', () => {
  const refusedAs = async (prescriptionId: string) => (await ask(world, prescriptionId)).userErrors[0].code;

  it.each<[string, () => Promise<string>, string]>([
    ['that can still be filled', async () => (await released(world)).prescriptionId, 'NOT_YET'],
    [
      'that was cancelled',
      async () => {
        const { prescriptionId } = await released(world);
        await world.mutate(
          world.doctor,
          'cancelPrescription',
          { prescriptionId, reason: 'WRONG_DOSE' },
          'outcome',
        );
        return prescriptionId;
      },
      'ILLEGAL_MOVE',
    ],
    ['that was never signed', async () => (await drafted(world)).prescriptionId, 'NOT_FOUND'],
    [
      'whose validity has ended',
      async () => {
        const { prescriptionId } = await released(world);
        await at(200);
        return prescriptionId;
      },
      'EXPIRED',
    ],
    [
      'whose signature is too old',
      async () => {
        const { prescriptionId } = await usedUp(world);
        await at(400);
        return prescriptionId;
      },
      'EXPIRED',
    ],
    [
      'that holds a controlled medicine',
      async () => {
        const { prescriptionId } = await usedUp(world);
        await world.sql(`UPDATE prescription_line SET schedule = 'CIV' WHERE prescription_id = $1`, [
          prescriptionId,
        ]);
        return prescriptionId;
      },
      'NOT_ALLOWED',
    ],
    [
      'that holds what the catalog does not know',
      async () => {
        const { prescriptionId } = await usedUp(world);
        await world.sql('UPDATE prescription_line SET wording = NULL WHERE prescription_id = $1', [
          prescriptionId,
        ]);
        return prescriptionId;
      },
      'NOT_ALLOWED',
    ],
    [
      'whose supply lasts on',
      async () => {
        const { prescriptionId } = await usedUp(world);
        await at(-9);
        return prescriptionId;
      },
      'NOT_YET',
    ],
  ])('%s', async (_, make, code) => {
    expect(await refusedAs(await make())).toBe(code);
  });

  it('by somebody else', async () => {
    const { prescriptionId } = await usedUp(world);
    const other = await world.join('patient');
    expect((await ask(world, prescriptionId, other)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('any more when the doctor has gone: whoever approves is told, and the request waits', async () => {
    const doctor = await world.join('doctor');
    const source = await usedUp(world, [lineInput()], { doctor });
    const one = await paid(world, source.prescriptionId);
    await world.endMembership(doctor);
    expect((await approve(world, admin, one)).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    expect((await see(world, one.id)).state).toBe('AWAITING_APPROVAL');
  });

  it('for ever: a renewal of a renewal counts from what the doctor signed', async () => {
    const source = await usedUp(world);
    const first = await ready(world, admin, source.prescriptionId);
    await documentNews(world, {
      is: 'downloaded',
      prescriptionId: first.prescriptionId,
      documentId: first.documentId,
      by: world.patient.userId,
    });
    await world.move(first.ticketId, 'closed');
    await at(8);
    const second = await asked(world, first.prescriptionId);
    const authorityOf = async (id: string) =>
      (await world.sql('SELECT authority_at AS at FROM renewal WHERE id = $1', [id]))[0]!['at'];
    expect(await authorityOf(second.id)).toEqual(await authorityOf(first.id));
    // What went out on paper ends with its renewal.
    const tells = money(world, second);
    await tells.succeeded();
    await approve(world, admin, { ...second, version: (await see(world, second.id)).version });
    const [cancelled] = (await world.emitted(PrescriptionCancelled)).filter(
      ({ aggregateId }) => aggregateId === first.prescriptionId,
    );
    expect(cancelled!.data).toMatchObject({ reason: 'renewed' });
  });
});

describe('a renewal that comes to nothing (P-09, T-13)', () => {
  it('ends with its ticket, and shows where the money is', async () => {
    const one = await paid(world);
    await world.move(one.ticketId, 'cancelled', { reason: 'patient_wish' });
    const tells = money(world, one);
    await tells.refunding();
    expect(await see(world, one.id)).toMatchObject({ state: 'CANCELLED', money: 'GOING_BACK' });
    await tells.refunded();
    const over = await see(world, one.id);
    expect(over).toMatchObject({ state: 'CANCELLED', money: 'BACK' });
    expect(kinds(over).slice(-3)).toEqual(['CANCELLED', 'REFUNDING', 'REFUNDED']);
    expect((await approve(world, admin, { ...one, version: over.version })).userErrors[0].code).toBe(
      'ILLEGAL_MOVE',
    );
  });

  it('while it is not known whether money was taken, shows every leg until a person has it', async () => {
    const one = await asked(world);
    const tells = money(world, one);
    await tells.processing();
    await tells.unknown();
    await world.move(one.ticketId, 'cancelled', { reason: 'patient_wish' });
    await tells.attention();
    expect(await see(world, one.id)).toMatchObject({ state: 'CANCELLED', money: 'WITH_PERSON' });
    await tells.cancelled('ticket_cancelled');
    expect(await see(world, one.id)).toMatchObject({ state: 'CANCELLED', money: 'NEVER_TAKEN' });
  });

  it('because the patient does not want to pay, takes its ticket with it', async () => {
    const one = await asked(world);
    await money(world, one).cancelled();
    expect(await see(world, one.id)).toMatchObject({ state: 'CANCELLED', money: 'NEVER_TAKEN' });
    const [ended] = (await world.emitted(RenewalEnded)).filter(({ aggregateId }) => aggregateId === one.id);
    expect(ended!.data).toMatchObject({ how: 'cancelled', reason: 'patient_wish', ticketId: one.ticketId });
  });

  it('because nobody pays, or nobody approves, in time', async () => {
    const [unpaid, undecided] = [await asked(world), await paid(world)];
    await at(4);
    expect(await see(world, unpaid.id)).toMatchObject({ state: 'EXPIRED', money: 'DUE' });
    expect((await see(world, undecided.id)).state).toBe('AWAITING_APPROVAL');
    await at(11);
    expect(await see(world, undecided.id)).toMatchObject({ state: 'EXPIRED' });
    const ends = (await world.emitted(RenewalEnded)).filter(({ aggregateId }) =>
      [unpaid.id, undecided.id].includes(aggregateId as never),
    );
    expect(ends.map(({ data }) => `${data.how} ${data.reason}`)).toEqual([
      'expired payment_deadline',
      'expired approval_deadline',
    ]);
  });

  it('by a second charge that goes back does not end', async () => {
    const one = await paid(world);
    const tells = money(world, one);
    await tells.refunding({ reason: 'charged_twice' });
    await tells.refunded({ reason: 'charged_twice', whole: false });
    expect(await see(world, one.id)).toMatchObject({ state: 'AWAITING_APPROVAL', money: 'TAKEN' });
  });

  it('while it is being approved leaves nothing that could be filled', async () => {
    for (let n = 0; n < 5; n++) {
      const one = await paid(world);
      await Promise.all([
        approve(world, admin, one),
        world.move(one.ticketId, 'cancelled', { reason: 'patient_wish' }),
      ]);
      await world.drain();
      expect((await see(world, one.id)).state).toBe('CANCELLED');
      const written = await world.sql('SELECT status FROM prescription WHERE ticket_id = $1', [one.ticketId]);
      for (const { status } of written) expect(status).toBe('cancelled');
    }
  });
});
