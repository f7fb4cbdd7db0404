import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  FillHandedOver,
  FillNotFulfilled,
  FillPrepared,
} from '@carethread/contracts/events/prescriptions.ts';
import { newId, type OrganisationId, type TicketId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { fillOf, fillWhole, lineInput, lot, released } from './steps.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { handOver as handOverDirectly } from '../src/hand-over/hand-over.ts';
import { signPrescription } from '../src/sign-prescription/sign-prescription.ts';
import { directly } from './direct.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const fill =
  'fill { version status readiness lines { line { id } state prepared handedOver remaining notDispensedReason } preparations { id lineId quantity lot } }';
const claimed = async (lines?: object[]) => {
  const done = await released(world, lines);
  return { ...done, claimToken: await world.claim(done.ticketId) };
};
type Claimed = Awaited<ReturnType<typeof claimed>>;
const version = async ({ ticketId }: { ticketId: TicketId }) =>
  (await fillOf(world, world.pharmacist, ticketId)).version;
const prepare = async (of: Claimed, lines: object[], more: object = {}) =>
  world.mutate(
    world.pharmacist,
    'prepareLines',
    { ticketId: of.ticketId, claimToken: of.claimToken, expectedVersion: await version(of), lines, ...more },
    fill,
  );
const handOver = (of: Claimed, items: object[], more: object = {}) =>
  world.mutate(
    world.pharmacist,
    'handOver',
    { ticketId: of.ticketId, claimToken: of.claimToken, idempotencyKey: newId(), items, ...more },
    `dispense { id handedOverAt handedOverBy { id } pharmacy { id } items { lineId lot quantity expiresOn preparedAt preparedBy { id } substitution { productText type reason } } } ${fill}`,
  );
const states = (payload: any) => payload.fill.lines.map((line: any) => line.state);
const everything = (payload: any) =>
  payload.fill.preparations.map(({ id, quantity }: any) => ({ preparationId: id, quantity }));

describe('filling (R-10, R-13, T-11)', () => {
  it('goes part by part, and records each lot for ever', async () => {
    const of = await claimed([lineInput(), lineInput({ quantity: 10, substitutionAllowed: true })]);
    const [first, second] = of.lineIds;
    const substitution = { productText: 'Amoxi-Generic 500', type: 'GENERIC', reason: 'OUT_OF_STOCK' };
    const part = await prepare(of, [{ lineId: first, lots: [lot(12), lot(8, { lot: 'L2', substitution })] }]);
    expect(part.fill).toMatchObject({ readiness: 'PART', status: 'OPEN' });
    expect(states(part)).toEqual(['PARTLY', 'TO_FILL']);
    const one = await handOver(of, everything(part));
    expect(states(one)).toEqual(['OWING', 'TO_FILL']);
    expect(one.dispense).toMatchObject({
      handedOverBy: { id: world.pharmacist.userId },
      pharmacy: { id: world.pharmacist.organisationId },
      handedOverAt: world.clock.now.toISOString(),
      items: [
        { lineId: first, lot: 'L1', quantity: 12, expiresOn: '2029-06-30', substitution: null },
        { lineId: first, lot: 'L2', quantity: 8, substitution, preparedBy: { id: world.pharmacist.userId } },
      ],
    });
    const rest = await prepare(of, [
      { lineId: first, lots: [lot(10)] },
      { lineId: second, lots: [lot(10)] },
    ]);
    expect(rest.fill.readiness).toBe('WHOLE');
    const two = await handOver(of, everything(rest));
    expect(two.fill.status).toBe('COMPLETE');
    expect(states(two)).toEqual(['COLLECTED', 'COLLECTED']);
    const prepared = (await world.emitted(FillPrepared)).filter(({ data }) => data.ticketId === of.ticketId);
    expect(prepared.map(({ data }) => [data.readiness, data.fence])).toEqual([
      ['part', 1],
      ['whole', 1],
    ]);
    const handed = (await world.emitted(FillHandedOver)).filter(({ data }) => data.ticketId === of.ticketId);
    expect(handed.map(({ data }) => [data.complete, data.dispenseId])).toEqual([
      [false, one.dispense.id],
      [true, two.dispense.id],
    ]);
    const shown = await world.query(
      world.patient,
      `{ prescription(id: "${of.prescriptionId}") { status currentFill { status } dispenses { items { lot } } lines { state handedOver remaining } } }`,
    );
    expect(shown.prescription).toMatchObject({
      status: 'COMPLETED',
      dispenses: [{}, {}],
      lines: [{ state: 'COLLECTED', handedOver: 30, remaining: 0 }, {}],
    });
  });

  it('refuses more than is left, lots that have expired, and substitutes the doctor does not allow', async () => {
    const of = await claimed([lineInput({ quantity: 10, substitutionAllowed: false })]);
    const [lineId] = of.lineIds;
    const refused = async (lots: object[]) =>
      (await prepare(of, [{ lineId, lots }])).userErrors.map((e: any) => `${e.code} ${e.path.join('.')}`);
    expect(await refused([lot(6), lot(5)])).toEqual(['INVALID input.lines.0.lots.1.quantity']);
    expect(await refused([lot(0)])).toEqual(['INVALID input.lines.0.lots.0.quantity']);
    expect(await refused([lot(1, { expiresOn: '2026-11-19' })])).toEqual([
      'INVALID input.lines.0.lots.0.expiresOn',
    ]);
    expect(
      await refused([lot(1, { substitution: { productText: 'x', type: 'BRAND', reason: 'FORMULARY' } })]),
    ).toEqual(['NOT_ALLOWED input.lines.0.lots.0.substitution']);
    const { errors } = await world.ask(
      world.pharmacist,
      `mutation { prepareLines(input: { ticketId: "${of.ticketId}", claimToken: "x", expectedVersion: 1, lines: [{ lineId: "${lineId}", lots: [{ quantity: 1, lot: "a", expiresOn: "30.6.2029" }] }] }) { fill { id } } }`,
    );
    expect(errors?.[0]?.message).toContain('2027-06-30');
    expect(
      (await prepare(of, [{ lineId, lots: [lot(1)] }], { expectedVersion: 9 })).userErrors,
    ).toMatchObject([{ code: 'CONFLICT', currentVersion: 1 }]);
  });

  it('takes a lot that expires tonight until midnight where the pharmacy is', async () => {
    const of = await claimed();
    const began = world.clock.now;
    const prepared = await prepare(of, [
      { lineId: of.lineIds[0], lots: [lot(30, { expiresOn: '2026-11-20' })] },
    ]);
    world.clock.now = new Date('2026-11-21T05:00:00Z');
    expect((await handOver(of, everything(prepared))).userErrors).toMatchObject([
      { code: 'EXPIRED', path: ['input', 'items', '0'] },
    ]);
    world.clock.now = new Date('2026-11-21T04:59:59Z');
    expect((await handOver(of, everything(prepared))).userErrors).toEqual([]);
    world.clock.now = began;
  });

  it('T-11 closes a line with a reason, and takes it up again', async () => {
    const of = await claimed([lineInput(), lineInput()]);
    const [first, second] = of.lineIds;
    const closed = await world.mutate(
      world.pharmacist,
      'markNotDispensed',
      {
        ticketId: of.ticketId,
        claimToken: of.claimToken,
        expectedVersion: 1,
        lineId: second,
        reason: 'OUT_OF_STOCK',
      },
      fill,
    );
    expect(closed.fill.lines).toMatchObject([
      { state: 'TO_FILL' },
      { state: 'NOT_DISPENSED', notDispensedReason: 'OUT_OF_STOCK', remaining: 0 },
    ]);
    expect(states(await prepare(of, [{ lineId: second, lots: [lot(5)] }]))).toEqual(['TO_FILL', 'PARTLY']);
    const again = await world.mutate(
      world.pharmacist,
      'markNotDispensed',
      {
        ticketId: of.ticketId,
        claimToken: of.claimToken,
        expectedVersion: 3,
        lineId: second,
        reason: 'DISCONTINUED',
      },
      fill,
    );
    expect(again.fill.preparations).toEqual([]);
    const done = await handOver(of, everything(await prepare(of, [{ lineId: first, lots: [lot(30)] }])));
    expect(done.fill.status).toBe('COMPLETE');
  });

  it('T-11 ends as not fulfilled with its last line, says why, and can be had elsewhere', async () => {
    const of = await claimed([lineInput(), lineInput()]);
    const close = (lineId: string | undefined, expectedVersion: number, reason: string) => {
      const { ticketId, claimToken } = of;
      const input = { ticketId, claimToken, expectedVersion, lineId, reason };
      return world.mutate(world.pharmacist, 'markNotDispensed', input, fill);
    };
    await close(of.lineIds[0], 1, 'OUT_OF_STOCK');
    const last = await close(of.lineIds[1], 2, 'PATIENT_DECLINED');
    expect(last.fill).toMatchObject({ status: 'NOT_FULFILLED', readiness: 'NONE' });
    const told = (await world.emitted(FillNotFulfilled)).filter((e) => e.data.ticketId === of.ticketId);
    expect(told.map(({ data }) => data.lines)).toEqual([
      [
        { lineId: of.lineIds[0], reason: 'out_of_stock' },
        { lineId: of.lineIds[1], reason: 'patient_declined' },
      ],
    ]);
    expect((await close(of.lineIds[1], 3, 'OUT_OF_STOCK')).userErrors).toMatchObject([
      { code: 'ILLEGAL_MOVE', currentStatus: 'not_fulfilled' },
    ]);
    await world.move(of.ticketId, 'not_fulfilled', { fence: 1 });
    const redeemed = await world.mutate(
      world.patient,
      'redeemRepeat',
      {
        prescriptionId: of.prescriptionId,
        pharmacyId: world.pharmacist.organisationId,
        idempotencyKey: newId(),
      },
      'fill { number status lines { state } }',
    );
    expect(redeemed.fill).toMatchObject({ number: 1, status: 'OPEN', lines: [{ state: 'TO_FILL' }, {}] });
  });

  it('once per idempotency key: a repeat gets the first answer, also after the claim has ended', async () => {
    const of = await claimed();
    const items = everything(await prepare(of, [{ lineId: of.lineIds[0], lots: [lot(30)] }]));
    const idempotencyKey = newId();
    const first = await handOver(of, items, { idempotencyKey });
    await world.move(of.ticketId, 'closed', { fence: 1 });
    const again = await handOver(of, items, { idempotencyKey });
    expect(again.dispense).toEqual(first.dispense);
    const other = await handOver(of, [{ ...items[0], quantity: 1 }], { idempotencyKey });
    expect(other.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_MISMATCH' }]);
  });

  it('R-10 hands over no more than authorised, however many try at once', async () => {
    const of = await claimed();
    const prepared = await prepare(of, [{ lineId: of.lineIds[0], lots: [lot(30)] }]);
    const [{ preparationId }] = everything(prepared);
    const answers = await Promise.all(
      Array.from({ length: 24 }, () => handOver(of, [{ preparationId, quantity: 7 }])),
    );
    expect(answers.filter(({ dispense }) => dispense)).toHaveLength(4);
    expect(new Set(answers.flatMap(({ userErrors }) => userErrors.map((e: any) => e.code)))).toEqual(
      new Set(['INVALID']),
    );
    const [sum] = await world.sql(
      'SELECT sum(quantity)::int AS n FROM dispense_item i JOIN dispense d ON d.id = i.dispense_id WHERE prescription_id = $1',
      [of.prescriptionId],
    );
    expect(sum).toEqual({ n: 28 });
    expect((await fillOf(world, world.pharmacist, of.ticketId)).lines).toMatchObject([
      { handedOver: 28, remaining: 2, prepared: 2 },
    ]);
  });

  it('R-01 hands over the signed content or makes room for the new version, never both', async () => {
    const direct = directly(world);
    const [doctor, pharmacist] = [direct.as(world.doctor), direct.as(world.pharmacist)];
    const ends = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      const of = await claimed();
      const prepared = await prepare(of, [{ lineId: of.lineIds[0], lots: [lot(30)] }]);
      const read = async () =>
        (await world.query(world.doctor, `{ prescription(id: "${of.prescriptionId}") { version status } }`))
          .prescription;
      const { version: expectedVersion } = await read();
      const { prescriptionId, ticketId, claimToken } = of;
      const amended = await world.mutate(
        world.doctor,
        'amendPrescription',
        { prescriptionId, expectedVersion },
        'prescription { version }',
      );
      const handing = handOverDirectly(pharmacist, {
        ticketId,
        claimToken,
        idempotencyKey: newId(),
        items: everything(prepared),
      });
      for (let turn = 0; turn < round % 4; turn += 1) await new Promise(setImmediate);
      const signing = signPrescription(doctor, {
        prescriptionId,
        expectedVersion: amended.prescription.version,
      });
      const [handed, signed] = await Promise.all([handing, signing]);
      expect([handed instanceof Refusal, signed instanceof Refusal].toSorted()).toEqual([false, true]);
      ends.add((await read()).status);
    }
    await direct.close();
    for (const end of ends) expect(['COMPLETED', 'SIGNED']).toContain(end);
  });

  it('has the database as its second lock', async () => {
    const of = await claimed();
    const write = world.sql('UPDATE fill_line SET handed_over = 31 WHERE line_id = $1', [of.lineIds[0]]);
    await expect(write).rejects.toThrow('never_more_than_authorised');
  });
});

describe('a claim token', () => {
  const code = (payload: any) => payload.userErrors[0]?.code;

  it('must be one of tickets, for this ticket, this pharmacy and this moment', async () => {
    const of = await claimed();
    const trial = async (claimToken: string) =>
      code(await prepare({ ...of, claimToken }, [{ lineId: of.lineIds[0], lots: [] }]));
    const other = await world.registerPharmacy();
    expect(await trial('nonsense')).toBe('INVALID');
    expect(await trial(world.claimToken(newId<'Ticket'>(), 1))).toBe('INVALID');
    expect(await trial(world.claimToken(of.ticketId, 1, other))).toBe('INVALID');
    expect(await trial(world.claimToken(of.ticketId, 1, undefined, { typ: 'JWT' }))).toBe('INVALID');
    expect(await trial(world.claimToken(of.ticketId, 1, undefined, { audience: 'prescriptions' }))).toBe(
      'INVALID',
    );
    expect(await trial(world.claimToken(of.ticketId, 1, undefined, { issuer: 'someone' }))).toBe('INVALID');
    const began = world.clock.now;
    world.clock.now = new Date(began.getTime() + 86_400_000);
    expect(await trial(of.claimToken)).toBe('STALE_CLAIM');
    world.clock.now = began;
    expect(await trial(of.claimToken)).toBeUndefined();
  });

  it('is dead after a return, and under a higher fence', async () => {
    const of = await claimed();
    await prepare(of, [{ lineId: of.lineIds[0], lots: [lot(5)] }]);
    await world.move(of.ticketId, 'sent', { fence: 1, reason: 'returned' });
    const back = await fillOf(world, world.pharmacist, of.ticketId);
    expect(back).toMatchObject({ preparations: [], lines: [{ state: 'TO_FILL' }] });
    expect(code(await prepare(of, [{ lineId: of.lineIds[0], lots: [] }]))).toBe('STALE_CLAIM');
    const next = { ...of, claimToken: await world.claim(of.ticketId, 2) };
    expect(code(await prepare(of, [{ lineId: of.lineIds[0], lots: [] }]))).toBe('STALE_CLAIM');
    await world.move(of.ticketId, 'received', { fence: 3, held: true, reason: 'taken_over' });
    expect(code(await prepare(next, [{ lineId: of.lineIds[0], lots: [] }]))).toBe('STALE_CLAIM');
  });

  it('that comes before the news of the claim waits for it and for its check', async () => {
    const of = await released(world);
    const claimToken = world.claimToken(of.ticketId, 1);
    const asked = fillWhole(world, of.ticketId, claimToken);
    await world.claim(of.ticketId, 1);
    expect((await asked).userErrors).toEqual([]);
  });

  it('lets a pharmacy in that had no ticket before it claimed one open to any', async () => {
    const elsewhere = person('pharmacist', { organisationId: await world.registerPharmacy() });
    const of = await released(world, undefined, { pharmacyId: null as unknown as OrganisationId });
    expect(await fillOf(world, elsewhere, of.ticketId)).toBeNull();
    const claimToken = await world.claim(of.ticketId, 1, elsewhere);
    expect((await fillWhole(world, of.ticketId, claimToken, elsewhere)).fill.status).toBe('COMPLETE');
  });
});
