import { newId } from '@carethread/contracts/ids.ts';
import { PaymentRefunded, PaymentRefunding } from '@carethread/contracts/events/payments.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { booksAgree } from './books-agree.ts';
import { type Shown, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld({ PROVIDER_TIMEOUT_MS: '2000' })));
afterAll(() => world.close());
afterEach(() => booksAgree(world), 30_000);

const payBack = async (
  payment: Shown,
  more: object = {},
  actor = world.administrator,
): Promise<Record<string, any>> =>
  world.call(actor, 'refundPayment', {
    idempotencyKey: newId(),
    paymentId: payment.id,
    expectedVersion: (await world.see(payment.id)).version,
    reason: 'GOODWILL',
    ...more,
  });

describe('a refund (P-07)', () => {
  it('gives back a part, then the rest, and never more than was taken', async () => {
    const payment = await world.pay('pm_card_visa');
    await payBack(payment, { minor: 1_900 });
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({
      status: 'PARTLY_REFUNDED',
      refunds: [{ status: 'SUCCEEDED', amount: { minor: 1_900 } }],
    });
    expect((await payBack(payment, { minor: 3_001 })).userErrors).toMatchObject([
      { code: 'INVALID', path: ['input', 'minor'], message: expect.stringContaining('30.00 EUR') },
    ]);
    await payBack(payment);
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({ status: 'REFUNDED' });
    expect((await payBack(payment)).userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [1_900, 3_000] });
    const told = (await world.payments.emitted(PaymentRefunded)).filter(
      ({ aggregateId }) => aggregateId === payment.id,
    );
    expect(told.map(({ data }) => [data.refundMinor, data.whole])).toEqual([
      [1_900, false],
      [3_000, true],
    ]);
  });

  it('is one, however often it is asked for under one key and told of', async () => {
    const payment = await world.pay('pm_card_visa');
    const wish = { idempotencyKey: newId(), minor: 500, expectedVersion: payment.version };
    const answers = await Promise.all([
      payBack(payment, wish),
      payBack(payment, wish),
      payBack(payment, wish),
    ]);
    expect(answers.map(({ userErrors }) => userErrors)).toEqual([[], [], []]);
    expect((await payBack(payment, { ...wish, minor: 600 })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_MISMATCH' },
    ]);
    await world.quiet();
    expect(world.taken(payment.id)).toEqual({ charges: [4_900], refunds: [500] });
    const told = await world.payments.emitted(PaymentRefunding);
    expect(told.filter(({ aggregateId }) => aggregateId === payment.id)).toHaveLength(1);
  });

  it('of twenty at once never gives back more than was taken', async () => {
    const payment = await world.pay('pm_card_visa');
    const wish = { minor: 1_000, expectedVersion: payment.version };
    const race = () => Promise.all(Array.from({ length: 20 }, () => payBack(payment, wish)));
    const first = await race();
    // On one version one wins; whoever asks again on what is now gets on, until nothing is left.
    expect(first.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(first.filter(({ userErrors }) => userErrors[0]?.code === 'CONFLICT')).toHaveLength(19);
    for (let round = 0; round < 6; round++)
      await Promise.all(Array.from({ length: 5 }, () => payBack(payment, { minor: 1_000 })));
    await world.quiet();
    const { refunds } = world.taken(payment.id);
    expect(refunds.reduce((sum, minor) => sum + minor, 0)).toBe(4_000);
    expect((await world.see(payment.id)).refunds).toHaveLength(4);
  });

  it('cannot exceed what was taken even past the code', async () => {
    const payment = await world.pay('pm_card_visa');
    await expect(
      world.payments.sql('UPDATE attempt SET refunded_minor = 4901 WHERE payment_id = $1', [payment.id]),
    ).rejects.toThrow('attempt_check');
  });

  it.each(['timeout_after', 'timeout_before'] as const)(
    'that gets no answer (%s) happens once',
    async (name) => {
      const payment = await world.pay('pm_card_visa');
      world.simulator.planRefunds(name);
      await payBack(payment);
      await world.quiet();
      for (let wait = 0; wait < 3; wait++) await world.later(60_000);
      expect(await world.see(payment.id)).toMatchObject({
        status: 'REFUNDED',
        refunds: [{ status: 'SUCCEEDED' }],
      });
      expect(world.taken(payment.id).refunds).toEqual([4_900]);
    },
  );

  it('that the bank takes its time for is on its way, and arrives', async () => {
    const payment = await world.pay('pm_card_visa');
    world.simulator.planRefunds('pending');
    await payBack(payment);
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({ status: 'REFUNDING', refunds: [{ status: 'SENT' }] });
    await world.simulator.settle();
    await world.quiet();
    expect(await world.see(payment.id)).toMatchObject({ status: 'REFUNDED' });
  });

  it.each(['refused', 'pending_then_failed'] as const)(
    'that does not work (%s) is a person’s task',
    async (name) => {
      const payment = await world.pay('pm_card_visa');
      world.simulator.planRefunds(name);
      await payBack(payment);
      await world.quiet();
      await world.simulator.settle();
      await world.quiet();
      const shown = await world.see(payment.id);
      expect(shown).toMatchObject({
        status: 'SUCCEEDED',
        refunds: [{ status: 'FAILED' }],
        tasks: [{ kind: 'REFUND_FAILED', owner: { id: world.doctor.userId }, resolution: null }],
      });
      // The money is still there to be given back.
      await payBack(payment);
      await world.quiet();
      expect(await world.see(payment.id)).toMatchObject({ status: 'REFUNDED' });
    },
  );

  it('is not for patients and doctors, and not before anything was taken', async () => {
    const { id } = await world.request();
    expect((await payBack(await world.see(id))).userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
    for (const actor of [world.patient, world.doctor]) {
      const refused = payBack(await world.see(id), {}, actor);
      await expect(refused).rejects.toThrow('Your role does not allow this');
    }
  });
});

describe('tasks', () => {
  it('belong to somebody, can be taken over, and are settled by their owner only', async () => {
    const payment = await world.pay('pm_card_visa');
    world.simulator.planRefunds('refused');
    await payBack(payment);
    await world.quiet();
    const [task] = (await world.see(payment.id)).tasks;
    const list = '{ paymentTasks(first: 100) { edges { node { id kind payment { id } } } } }';
    for (const actor of [world.doctor, world.administrator]) {
      const { paymentTasks } = await world.payments.query(actor, list);
      const nodes = paymentTasks.edges.map(({ node }: { node: object }) => node);
      expect(nodes).toContainEqual({ id: task!.id, kind: 'REFUND_FAILED', payment: { id: payment.id } });
    }
    const wish = { taskId: task!.id, expectedVersion: task!.version };
    const settled = { ...wish, resolution: 'REFUNDED_BY_HAND' };
    expect((await world.call(world.administrator, 'resolvePaymentTask', settled)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    const { task: taken } = await world.call(world.administrator, 'takePaymentTask', wish);
    expect(taken).toMatchObject({ owner: { id: world.administrator.userId }, version: 2 });
    expect((await world.call(world.administrator, 'resolvePaymentTask', settled)).userErrors).toMatchObject([
      { code: 'CONFLICT', currentVersion: 2 },
    ]);
    const done = await world.call(world.administrator, 'resolvePaymentTask', {
      ...settled,
      expectedVersion: 2,
    });
    expect(done.task).toMatchObject({ resolution: 'REFUNDED_BY_HAND' });
    const { paymentTasks } = await world.payments.query(world.administrator, list);
    expect(JSON.stringify(paymentTasks)).not.toContain(task!.id);
  });

  it('are opened when somebody pays back past us, or disputes', async () => {
    const payment = await world.pay('pm_card_visa');
    const intent = [...world.simulator.books.intents.values()].find(
      ({ metadata }) => metadata['payment'] === payment.id,
    )!;
    await world.simulator.dispute(intent.id);
    await world.quiet();
    expect((await world.see(payment.id)).tasks.map(({ kind }) => kind)).toEqual(['DISPUTED']);
    // The partial refund race: ours for the whole, while a part was given back by hand a moment before.
    world.simulator.refundByHand(intent.id, 1_000);
    // Its webhook may come between our reading and our wish: then we read once more.
    let answer = await payBack(payment);
    while (answer.userErrors[0]?.code === 'CONFLICT') answer = await payBack(payment);
    await world.quiet();
    const shown = await world.see(payment.id);
    expect(shown.tasks.map(({ kind }) => kind).sort()).toEqual([
      'DISPUTED',
      'FOREIGN_REFUND',
      'REFUND_FAILED',
    ]);
    expect(world.taken(payment.id).refunds).toEqual([1_000]);
    // It stands in the provider's books and not in ours: the report names it, and nothing else.
    const query = `query ($from: DateTime!, $until: DateTime!) { paymentReconciliation(from: $from, until: $until) {
      exceptions { kind isCharge theirs { minor } ours { minor } expected } } }`;
    const span = {
      from: new Date(Date.now() - 3_600_000),
      until: new Date(world.now().getTime() + 3_600_000),
    };
    const { paymentReconciliation } = await world.payments.query(world.administrator, query, span);
    expect(paymentReconciliation.exceptions).toEqual([
      { kind: 'MISSING_HERE', isCharge: false, theirs: { minor: 1_000 }, ours: null, expected: null },
    ]);
    const [foreign] = [...world.simulator.books.refunds.values()].filter(
      ({ metadata }) => !metadata['reference'],
    );
    world.simulator.books.refunds.delete(foreign!.id);
  });
});
