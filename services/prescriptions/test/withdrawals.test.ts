import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProductReinstated, ProductWithdrawn } from '@carethread/contracts/events/catalog.ts';
import { ProductWithdrawalNoted } from '@carethread/contracts/events/prescriptions.ts';
import { newId, type ProductId, type WithdrawalId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { drafted, fillOf, fillWhole, lineInput, lot, released, type Written } from './steps.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const withdrawalOf = (productId: ProductId, more: object = {}) => ({
  withdrawalId: newId<'Withdrawal'>(),
  productId,
  lots: null,
  kind: 'recalled' as const,
  recallClass: 1,
  effectiveFrom: world.clock.now.toISOString(),
  ...more,
});
type Told = ReturnType<typeof withdrawalOf>;
const tell = (data: Told) =>
  world.publish(ProductWithdrawn, { aggregateId: data.withdrawalId, sequence: 1, data });
const recall = async (productId: ProductId, more: object = {}): Promise<WithdrawalId> => {
  const data = withdrawalOf(productId, more);
  await tell(data);
  await world.drain();
  return data.withdrawalId;
};
const reinstate = async (withdrawalId: WithdrawalId, productId: ProductId) => {
  const data = { withdrawalId, productId, lots: null };
  await world.publish(ProductReinstated, { aggregateId: withdrawalId, sequence: 2, data });
  await world.drain();
};
const claimed = async (...lines: object[]) => {
  const done = await released(world, lines);
  return { ...done, claimToken: await world.claim(done.ticketId) };
};
const prepare = async (of: Written & { claimToken: string }, lines: object[]) =>
  world.mutate(
    world.pharmacist,
    'prepareLines',
    {
      ticketId: of.ticketId,
      claimToken: of.claimToken,
      expectedVersion: (await fillOf(world, world.pharmacist, of.ticketId)).version,
      lines,
    },
    'fill { preparations { id lot quantity withdrawals { id } } }',
  );
const handOver = (of: { ticketId: string; claimToken: string }, preparationId: string, quantity = 30) =>
  world.mutate(
    world.pharmacist,
    'handOver',
    {
      ticketId: of.ticketId,
      claimToken: of.claimToken,
      idempotencyKey: newId(),
      items: [{ preparationId, quantity }],
    },
    'dispense { id }',
  );
const noted = async (withdrawalId: WithdrawalId) =>
  (await world.emitted(ProductWithdrawalNoted))
    .filter(({ data }) => data.withdrawalId === withdrawalId)
    .map(({ data: { prescriptionId, lineIds, state } }) => ({ prescriptionId, lineIds, state }));
const concerned = async (who: World['doctor'], id: WithdrawalId) =>
  (
    await world.query(
      who,
      `query W($id: ID!) { _entities(representations: [{ __typename: "ProductWithdrawal", id: $id }]) { ... on ProductWithdrawal {
         prescriptions { edges { node { id lines { withdrawals { id } } } } }
         received { edges { node { patient { id } items { lot quantity } } } }
         impact { prescriptions prepared patients pharmacies } } } }`,
      { id },
    )
  )['_entities'][0];

describe('a product that is recalled (C-10)', () => {
  it('cannot be signed, and says which line it is', async () => {
    const productId = newId<'Product'>();
    const draft = await drafted(world, [lineInput(), lineInput({ productId })]);
    const id = await recall(productId);
    const sign = () =>
      world.mutate(
        world.doctor,
        'signPrescription',
        { prescriptionId: draft.prescriptionId, expectedVersion: draft.version },
        'prescription { status }',
      );
    expect((await sign()).userErrors).toMatchObject([{ code: 'BLOCKED', path: ['lines', '1', 'productId'] }]);
    await reinstate(id, productId);
    expect((await sign()).prescription.status).toBe('SIGNED');
  });

  it('stops what stands ready, and lets an equivalent product through', async () => {
    const productId = newId<'Product'>();
    const of = await claimed(lineInput({ productId, substitutionAllowed: true }));
    const [lineId] = of.lineIds;
    const ready = await prepare(of, [{ lineId, lots: [lot(30)] }]);
    const id = await recall(productId);
    const stopped = await handOver(of, ready.fill.preparations[0].id);
    expect(stopped.dispense).toBeNull();
    expect(stopped.userErrors).toMatchObject([
      { code: 'BLOCKED', path: ['input', 'items', '0', 'preparationId'] },
    ]);
    expect(stopped.userErrors[0].message).toContain('recalled (class I)');
    expect((await prepare(of, [{ lineId, lots: [lot(30)] }])).userErrors).toMatchObject([
      { code: 'BLOCKED' },
    ]);
    expect(await noted(id)).toEqual([
      { prescriptionId: of.prescriptionId, lineIds: [lineId], state: 'stopped' },
    ]);

    const substitute = newId<'Product'>();
    const substitution = {
      productText: 'Other',
      productId: substitute,
      type: 'GENERIC',
      reason: 'REGULATORY',
    };
    const second = await recall(substitute);
    const lots = [lot(30, { substitution })];
    expect((await prepare(of, [{ lineId, lots }])).userErrors).toMatchObject([
      { code: 'BLOCKED', path: ['input', 'lines', '0', 'lots', '0'] },
    ]);
    await reinstate(second, substitute);
    const instead = await prepare(of, [{ lineId, lots }]);
    expect(instead.fill.preparations[0].withdrawals).toEqual([]);
    expect((await handOver(of, instead.fill.preparations[0].id)).userErrors).toEqual([]);
  });

  it('is shown to those it concerns, each their own; counts go to who keeps the catalog', async () => {
    const productId = newId<'Product'>();
    const other = await world.join('doctor');
    const had = await claimed(lineInput({ productId }));
    await fillWhole(world, had.ticketId, had.claimToken);
    const waits = await released(world, [lineInput({ productId })]);
    const others = await released(world, [lineInput({ productId })], { doctor: other });
    const id = await recall(productId, { recallClass: 2 });
    const mine = await concerned(world.doctor, id);
    expect(mine.prescriptions.edges.map(({ node }: any) => node)).toEqual([
      { id: waits.prescriptionId, lines: [{ withdrawals: [{ id }] }] },
    ]);
    expect(mine.impact).toBeNull();
    expect((await concerned(other, id)).prescriptions.edges.map(({ node }: any) => node.id)).toEqual([
      others.prescriptionId,
    ]);
    const pharmacy = await concerned(world.pharmacist, id);
    expect(pharmacy.prescriptions.edges).toHaveLength(2);
    expect(pharmacy.received.edges).toEqual([
      { node: { patient: { id: world.patient.userId }, items: [{ lot: 'L1', quantity: 30 }] } },
    ]);
    const stranger = person('pharmacist', { organisationId: await world.registerPharmacy() });
    expect(await concerned(stranger, id)).toMatchObject({
      prescriptions: { edges: [] },
      received: { edges: [] },
    });
    expect(await concerned(person('administrator'), id)).toEqual({
      prescriptions: { edges: [] },
      received: { edges: [] },
      impact: { prescriptions: 2, prepared: 0, patients: 1, pharmacies: 1 },
    });
    const states = new Map((await noted(id)).map(({ prescriptionId, state }) => [prescriptionId, state]));
    expect(Object.fromEntries(states)).toEqual({
      [had.prescriptionId]: 'received',
      [waits.prescriptionId]: 'stopped',
      [others.prescriptionId]: 'stopped',
    });
    await reinstate(id, productId);
    expect((await noted(id)).filter(({ state }) => state === 'lifted')).toHaveLength(2);
  });

  it('by lots stops those lots only, however they are typed, and finds who has some', async () => {
    const productId = newId<'Product'>();
    const had = await claimed(lineInput({ productId }));
    const first = await prepare(had, [{ lineId: had.lineIds[0], lots: [lot(30, { lot: 'ab 1' })] }]);
    await handOver(had, first.fill.preparations[0].id);
    const of = await claimed(lineInput({ productId }));
    const [lineId] = of.lineIds;
    const ready = await prepare(of, [{ lineId, lots: [lot(10, { lot: 'AB-1' }), lot(20, { lot: 'AB-2' })] }]);
    const id = await recall(productId, { lots: ['AB1'] });
    const byLot = (name: string) => ready.fill.preparations.find((each: any) => each.lot === name).id;
    expect((await handOver(of, byLot('AB-1'), 10)).userErrors).toMatchObject([{ code: 'BLOCKED' }]);
    expect((await handOver(of, byLot('AB-2'), 20)).userErrors).toEqual([]);
    const wrong = await prepare(of, [{ lineId, lots: [lot(10, { lot: 'ab1' })] }]);
    expect(wrong.userErrors).toMatchObject([
      { code: 'BLOCKED', path: ['input', 'lines', '0', 'lots', '0', 'lot'] },
    ]);
    const shown = await concerned(world.pharmacist, id);
    expect(shown.prescriptions.edges.map(({ node }: any) => node.id)).toEqual([of.prescriptionId]);
    expect(shown.received.edges.map(({ node }: any) => node.items[0].lot)).toEqual(['ab 1']);
    expect((await noted(id)).toSorted((a, b) => (a.state < b.state ? -1 : 1))).toEqual([
      { prescriptionId: had.prescriptionId, lineIds: had.lineIds, state: 'received' },
      { prescriptionId: of.prescriptionId, lineIds: [lineId], state: 'stopped' },
    ]);
  });

  it('counts from its moment on', async () => {
    const productId = newId<'Product'>();
    const of = await claimed(lineInput({ productId }));
    const tomorrow = new Date(world.clock.now.getTime() + 86_400_000);
    const id = await recall(productId, { effectiveFrom: tomorrow.toISOString() });
    expect(await noted(id)).toEqual([]);
    const ready = await prepare(of, [{ lineId: of.lineIds[0], lots: [lot(30)] }]);
    expect((await handOver(of, ready.fill.preparations[0].id)).userErrors).toEqual([]);
    world.clock.now = tomorrow;
    await world.drain();
    expect((await noted(id)).map(({ state }) => state)).toEqual(['received']);
  });
});

describe('a recall against a hand-over, at the same moment', () => {
  it('is one or the other in 200 times out of 200', async () => {
    const outcomes = { handedOver: 0, stopped: 0 };
    for (let round = 0; round < 10; round++) {
      const products = Array.from({ length: 20 }, () => newId<'Product'>());
      const of = await claimed(...products.map((productId) => lineInput({ productId, quantity: 1 })));
      const ready = await prepare(
        of,
        of.lineIds.map((lineId) => ({ lineId, lots: [lot(1)] })),
      );
      const preparations = (await fillOf(world, world.pharmacist, of.ticketId)).preparations;
      expect(ready.fill.preparations).toHaveLength(20);
      const recalls = products.map((productId) => withdrawalOf(productId));
      const answers = await Promise.all(
        recalls.map(async (data, i) => {
          const preparation = preparations.find((each: any) => each.lineId === of.lineIds[i]);
          // Who begins changes with every other pair.
          const told = i % 2 === 0 ? tell(data) : null;
          const answer = handOver(of, preparation.id, 1);
          await (told ?? tell(data));
          return answer;
        }),
      );
      await world.drain();
      const dispensed = new Set(
        (
          await world.sql<{ line_id: string }>(
            'SELECT line_id FROM dispense_item JOIN dispense ON id = dispense_id WHERE ticket_id = $1',
            [of.ticketId],
          )
        ).map(({ line_id }) => line_id),
      );
      for (const [i, { withdrawalId }] of recalls.entries()) {
        const lineId = of.lineIds[i]!;
        const handedOver = answers[i]!.userErrors.length === 0;
        expect(dispensed.has(lineId)).toBe(handedOver);
        expect(await noted(withdrawalId)).toEqual([
          {
            prescriptionId: of.prescriptionId,
            lineIds: [lineId],
            state: handedOver ? 'received' : 'stopped',
          },
        ]);
        outcomes[handedOver ? 'handedOver' : 'stopped'] += 1;
      }
    }
    expect(outcomes.handedOver + outcomes.stopped).toBe(200);
    // Otherwise it was no race.
    expect(Math.min(outcomes.handedOver, outcomes.stopped)).toBeGreaterThan(0);
  }, 600_000);
});
