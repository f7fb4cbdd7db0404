import { TicketMoved } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import type { Actor } from '@carethread/contracts/actor.ts';
import { startWorld, type World } from './world.ts';
import { type Shown } from './shown.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

/** A referral that was sent: the shortest way to a ticket a pharmacy can claim. */
async function sent(choice: object = {}): Promise<Shown> {
  const { id } = await world.open({ kind: 'REFERRAL', ...choice });
  const { ticket } = await world.call(world.doctor, 'sendTicket', { ticketId: id, expectedVersion: 1 });
  return ticket!;
}
const openToAny = async () => {
  const ticket = await sent({ pharmacyId: null, openToAnyPharmacy: true });
  return { ...ticket, accessCode: (await world.see(world.patient, ticket.id))!.accessCode! };
};
const claimIt = (actor: Actor, ticketId: string, more: object = {}) =>
  world.call(actor, 'claimTicket', { ticketId, idempotencyKey: newId(), ...more });
const byNumber = (actor: Actor, number: string, accessCode: string, key = newId()) =>
  world.call(actor, 'claimTicketByNumber', { number, accessCode, idempotencyKey: key });
const claimedEntries = async (id: string) =>
  (await world.timeline(world.doctor, id)).filter(({ reason }) => reason === 'claimed');

describe('claiming a ticket (T-06)', () => {
  it.each([
    ['by five pharmacists', (at: number) => world.pharmacies[at % 5]![0]],
    ['by ten pharmacists', (at: number) => world.pharmacies[at % 5]![at % 2]!],
    [
      'by fifty pharmacists',
      (at: number): Actor => ({ ...world.pharmacies[at % 5]![0], userId: newId<'User'>() }),
    ],
  ])(
    '50 claims from 5 pharmacies at once, %s: one success, 49 refusals, one entry',
    async (_, pharmacistAt) => {
      const { id, number, accessCode } = await openToAny();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (__, at) => byNumber(pharmacistAt(at), number, accessCode)),
      );
      expect(answers.filter(({ claim }) => claim)).toHaveLength(1);
      expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'ALREADY_HELD')).toHaveLength(49);
      expect(await claimedEntries(id)).toHaveLength(1);
      const moves = (await world.tickets.emitted(TicketMoved)).filter(
        ({ aggregateId }) => aggregateId === id,
      );
      expect(moves.filter(({ data }) => data.to === 'received')).toHaveLength(1);
      expect(moves.at(-1)).toMatchObject({ data: { fence: 1, held: true, reason: 'claimed' } });
    },
  );

  it('makes the pharmacy that shows number and code the ticket’s own', async () => {
    const { id, number, accessCode } = await openToAny();
    const [winner] = world.pharmacies[3]!;
    expect(await world.see(winner, id)).toBeNull();
    expect((await byNumber(winner, number.toLowerCase(), ` ${accessCode}`)).ticket).toMatchObject({
      status: 'RECEIVED',
      pharmacy: { id: winner.organisationId },
      accessCode: null,
    });
    expect(await world.timeline(world.patient, id)).toMatchObject([
      { kind: 'OPENED' },
      { kind: 'MOVED', to: 'SENT' },
      { kind: 'PHARMACY_CHANGED', actor: { id: winner.userId } },
      {
        kind: 'MOVED',
        from: 'SENT',
        to: 'RECEIVED',
        reason: 'claimed',
        onBehalfOf: { id: winner.organisationId },
      },
    ]);
  });

  it('a wrong code and an unknown number get the same answer', async () => {
    const open = await openToAny();
    const chosen = await sent();
    const [pharmacist] = world.pharmacies[0]!;
    const answers = await Promise.all([
      byNumber(pharmacist, open.number, 'wrong'),
      byNumber(pharmacist, 'TKT-20200101-CCCCC', open.accessCode),
      byNumber(pharmacist, 'nonsense', ''),
      byNumber(pharmacist, chosen.number, open.accessCode),
    ]);
    expect(new Set(answers.map(({ userErrors }) => JSON.stringify(userErrors))).size).toBe(1);
    expect(answers[0].userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('is not possible for a pharmacy that was not chosen, nor before it was sent', async () => {
    const ticket = await sent();
    expect((await claimIt(world.pharmacies[1]![0], ticket.id)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    const created = await world.open();
    expect((await claimIt(world.pharmacies[0]![0], created.id)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  it('can depend on the version that was read (T-05)', async () => {
    const ticket = await sent();
    const stale = await claimIt(world.pharmacies[0]![0], ticket.id, { expectedVersion: 1 });
    expect(stale.userErrors).toMatchObject([{ code: 'CONFLICT', currentVersion: 2 }]);
    expect((await claimIt(world.pharmacies[0]![0], ticket.id, { expectedVersion: 2 })).claim).toMatchObject({
      fence: 1,
    });
  });
});

describe('a claim whose reply was lost (T-07)', () => {
  it('is answered again, with the same fence and end', async () => {
    const ticket = await sent();
    const [pharmacist, colleague] = world.pharmacies[0]!;
    const request = { ticketId: ticket.id, idempotencyKey: newId() };
    const first = await world.call(pharmacist, 'claimTicket', request);
    const again = await world.call(pharmacist, 'claimTicket', request);
    const { token: _, ...given } = first.claim!;
    expect(again.claim).toMatchObject(given);
    const claims = jwt.decode(again.claim!.token, { json: true });
    expect(claims).toMatchObject({ sub: pharmacist.organisationId, ticketId: ticket.id, fence: 1 });
    expect(claims!['exp']).toBe(new Date(first.claim!.leaseUntil).getTime() / 1000);
    expect(await claimedEntries(ticket.id)).toHaveLength(1);
    // With the key lost as well, the holder is told where to find it; nobody else is shown it.
    expect((await claimIt(pharmacist, ticket.id)).userErrors).toMatchObject([
      { code: 'ALREADY_HELD', message: expect.stringContaining('You hold') },
    ]);
    expect((await world.see(pharmacist, ticket.id))!.claim!.token).toBeTruthy();
    for (const other of [colleague, world.doctor, world.patient])
      expect((await world.see(other, ticket.id))!.claim).toMatchObject({ fence: 1, token: null });
  });

  it('by number, too', async () => {
    const { number, accessCode } = await openToAny();
    const [pharmacist] = world.pharmacies[2]!;
    const key = newId();
    const first = await byNumber(pharmacist, number, accessCode, key);
    expect((await byNumber(pharmacist, number, accessCode, key)).claim!.fence).toBe(first.claim!.fence);
  });
});

describe('taking over from a colleague', () => {
  it('is said to be possible, raises the fence, kills the old token and stands on the timeline', async () => {
    const ticket = await sent();
    const [pharmacist, colleague] = world.pharmacies[0]!;
    const old = (await claimIt(pharmacist, ticket.id)).claim!;
    expect((await claimIt(colleague, ticket.id)).userErrors).toMatchObject([
      { code: 'ALREADY_HELD', message: expect.stringContaining('colleague') },
    ]);
    const taken = await claimIt(colleague, ticket.id, { takeOver: true });
    expect(taken.claim).toMatchObject({ fence: 2 });
    const start = { ticketId: ticket.id, expectedVersion: taken.ticket!.version };
    expect(
      (await world.call(pharmacist, 'startPreparing', { ...start, claimToken: old.token })).userErrors,
    ).toMatchObject([{ code: 'STALE_CLAIM' }]);
    expect(
      (await world.call(colleague, 'startPreparing', { ...start, claimToken: taken.claim!.token })).ticket,
    ).toMatchObject({
      status: 'PREPARING',
    });
    expect((await world.timeline(world.doctor, ticket.id)).at(-2)).toMatchObject({
      from: 'RECEIVED',
      to: 'RECEIVED',
      reason: 'taken_over',
      actor: { id: colleague.userId },
      fence: 2,
    });
  });
});

describe('the old holder', () => {
  it('is refused after a return and a new claim, even where the status would allow it', async () => {
    const { id, number, accessCode } = await openToAny();
    const [[first], [second]] = [world.pharmacies[0]!, world.pharmacies[1]!];
    const old = await byNumber(first, number, accessCode);
    const claimToken = old.claim!.token;
    const start = { ticketId: id, claimToken, expectedVersion: old.ticket!.version };
    const preparing = (await world.call(first, 'startPreparing', start)).ticket!;
    const back = { ticketId: id, claimToken, expectedVersion: preparing.version, reason: 'OUT_OF_STOCK' };
    const returned = (await world.call(first, 'returnTicket', back)).ticket!;
    expect(returned).toMatchObject({ status: 'SENT', claim: null });
    // The pharmacy that returned it still sees it, and its token is dead already.
    const ready = { ticketId: id, claimToken, expectedVersion: returned.version };
    expect((await world.call(first, 'markReady', ready)).userErrors).toMatchObject([{ code: 'STALE_CLAIM' }]);
    const anew = await byNumber(second, number, accessCode);
    expect(anew.claim).toMatchObject({ fence: 2 });
    const token = anew.claim!.token;
    const work = { ticketId: id, claimToken: token, expectedVersion: anew.ticket!.version };
    const working = (await world.call(second, 'startPreparing', work)).ticket!;
    const replayed = { ticketId: id, claimToken, expectedVersion: working.version };
    expect((await world.call(first, 'markReady', replayed)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    // Nor does a stolen token help the former pharmacy.
    const stolen = { ...replayed, claimToken: token };
    expect((await world.call(first, 'markReady', stolen)).userErrors).toMatchObject([
      { code: 'STALE_CLAIM' },
    ]);
    expect((await world.see(second, id))!.status).toBe('PREPARING');
    const moves = (await world.tickets.emitted(TicketMoved)).filter(({ aggregateId }) => aggregateId === id);
    expect(moves.map(({ data }) => [data.reason, data.fence, data.held])).toEqual([
      ['sent', 0, false],
      ['claimed', 1, true],
      ['preparing', 1, true],
      ['out_of_stock', 1, false],
      ['claimed', 2, true],
      ['preparing', 2, true],
    ]);
  });
});

describe('the key set', () => {
  it('is published, and lets anybody check a token', async () => {
    const ticket = await sent();
    const { claim: given } = await claimIt(world.pharmacies[0]![0], ticket.id);
    const response = await fetch(
      `http://127.0.0.1:${world.tickets.service.port}/.well-known/claim-jwks.json`,
    );
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
    expect(keys[0]).not.toHaveProperty('d');
    expect(jwt.decode(given!.token, { complete: true })!.header).toMatchObject({
      kid: keys[0]!['kid'],
      typ: 'ct-claim+jwt',
    });
  });
});
