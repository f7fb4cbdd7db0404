import { FillHandedOver } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimed, released } from './on-the-way.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const hour = 3_600_000;
const laterBy = async (ms: number) => {
  world.later(ms);
  await world.tickets.drain();
};
const reasonsOf = async (id: string) =>
  (await world.timeline(world.doctor, id)).map(({ reason, noted }) => reason ?? noted);

describe('the lease of a claim (T-09)', () => {
  it('reminds at three quarters and returns the ticket at its end, on the timeline', async () => {
    const { id, token, pharmacist } = await claimed(world);
    await laterBy(18 * hour - 60_000);
    expect(await reasonsOf(id)).toEqual([null, 'released', 'claimed']);
    await laterBy(2 * 60_000);
    expect(await reasonsOf(id)).toEqual([null, 'released', 'claimed', 'tickets.claim.ending']);
    await laterBy(6 * hour);
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'SENT', claim: null });
    expect((await world.timeline(world.doctor, id)).at(-1)).toMatchObject({
      reason: 'lease_ended',
      channel: 'TIMER',
      actor: null,
    });
    const late = { ticketId: id, claimToken: token, expectedVersion: 4 };
    expect((await world.call(pharmacist, 'startPreparing', late)).userErrors).toMatchObject([
      { code: 'STALE_CLAIM' },
    ]);
    const anew = await world.call(pharmacist, 'claimTicket', { ticketId: id, idempotencyKey: newId() });
    expect(anew.claim).toMatchObject({ fence: 2 });
  });

  it('runs anew from a renewal; timers of the old one do nothing', async () => {
    const { id, token, pharmacist } = await claimed(world);
    await laterBy(17 * hour);
    const renewed = await world.call(pharmacist, 'renewClaim', { ticketId: id, claimToken: token });
    expect(renewed.ticket).toMatchObject({ status: 'RECEIVED', claim: { fence: 1 } });
    expect(renewed.ticket!.claim!.token).not.toBe(token);
    await laterBy(8 * hour);
    expect(await reasonsOf(id)).toEqual([null, 'released', 'claimed', 'claim_renewed']);
    await laterBy(17 * hour);
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'SENT' });
  });

  it('ends a marked cancellation that nobody acknowledged', async () => {
    const { id } = await claimed(world);
    await world.call(world.doctor, 'cancelTicket', { ticketId: id, reason: 'ALLERGY' });
    await laterBy(25 * hour);
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('over, and a hand-over that was made in time is heard of only now: the ticket closes', async () => {
    const { id, prescriptionId } = await claimed(world);
    await laterBy(25 * hour);
    await world.tickets.publish(FillHandedOver, {
      aggregateId: prescriptionId,
      sequence: 7,
      data: {
        prescriptionId,
        ticketId: id,
        fillNumber: 1,
        dispenseId: newId<'Dispense'>(),
        complete: true,
        lines: [],
        fence: 1,
      },
    });
    await world.tickets.drain();
    expect(await world.see(world.doctor, id)).toMatchObject({ status: 'CLOSED' });
  });
});

describe('validity (T-13)', () => {
  it('ends tickets nobody holds; they can no longer be claimed', async () => {
    const [created, sent] = [await world.open(), await released(world, {}, 5)];
    await laterBy(5 * 24 * hour);
    const [pharmacist] = world.pharmacies[0]!;
    expect(await world.see(pharmacist, sent.id)).toMatchObject({ status: 'EXPIRED' });
    const claim = { ticketId: sent.id, idempotencyKey: newId() };
    expect((await world.call(pharmacist, 'claimTicket', claim)).userErrors).toMatchObject([
      { code: 'EXPIRED' },
    ]);
    expect(await world.see(world.patient, created.id)).toMatchObject({ status: 'CREATED' });
    await laterBy(26 * 24 * hour);
    expect(await world.see(world.patient, created.id)).toMatchObject({ status: 'EXPIRED' });
  });

  it('of a claimed ticket ends it when it comes back', async () => {
    const { id, token, pharmacist } = await claimed(world, 0.5);
    await laterBy(13 * hour);
    expect(await world.see(pharmacist, id)).toMatchObject({ status: 'RECEIVED' });
    const renewal = { ticketId: id, claimToken: token };
    expect((await world.call(pharmacist, 'renewClaim', renewal)).userErrors).toMatchObject([
      { code: 'EXPIRED' },
    ]);
    await laterBy(12 * hour);
    expect(await reasonsOf(id)).toEqual([
      null,
      'released',
      'claimed',
      'tickets.claim.ending',
      'lease_ended',
      'validity_ended',
    ]);
  });

  it('ends once, however often its timer runs', async () => {
    const { id } = await released(world, {}, 1);
    await laterBy(25 * hour);
    const entries = await reasonsOf(id);
    expect(entries.at(-1)).toBe('validity_ended');
    for (const kind of ['expire', 'lease-end', 'lease-reminder'])
      await world.tickets.sql(
        `INSERT INTO bus.task (key, kind, payload, due_at) VALUES ($1, $2, $3, now())`,
        [`${kind}:again`, kind, JSON.stringify({ ticketId: id, fence: 0, leaseUntil: new Date() })],
      );
    await world.tickets.drain();
    expect(await reasonsOf(id)).toEqual(entries);
    expect(await world.tickets.sql(`SELECT key FROM bus.task WHERE key LIKE '%:again'`)).toEqual([]);
  });
});
