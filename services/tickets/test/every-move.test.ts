import type { TicketStatus } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { OrganisationId, TicketId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimTokens } from '../src/claim-token.ts';
import { findMove, type MoveName, type Mover, targetOf } from '../src/legal-moves.ts';
import { signingKey, startWorld, type World } from './world.ts';

/** Every mutation, tried on a ticket of every kind in every status, by the party it is for: the table decides. */
let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const statuses = [
  'created',
  'sent',
  'received',
  'preparing',
  'ready',
  'closed',
  'cancel_marked',
  'cancelled',
  'expired',
  'not_fulfilled',
] as const satisfies TicketStatus[];
const held: TicketStatus[] = ['received', 'preparing', 'ready', 'cancel_marked'];

interface Case {
  mutation: string;
  by: Mover;
  /** The row of the table that has to allow it, by status. */
  move: (status: TicketStatus) => MoveName;
  actor: () => Actor;
  input: () => object;
}
const pharmacist = () => world.pharmacies[0]![0];
const colleague = () => world.pharmacies[0]![1];
const underClaim = (mutation: string, move: MoveName, input: object = {}): Case => ({
  mutation,
  by: 'pharmacy',
  move: () => move,
  actor: pharmacist,
  input: () => input,
});
const cases: Case[] = [
  { mutation: 'sendTicket', by: 'doctor', move: () => 'send', actor: () => world.doctor, input: () => ({}) },
  {
    mutation: 'changePharmacy',
    by: 'patient',
    move: () => 'choose_pharmacy',
    actor: () => world.patient,
    input: () => ({ pharmacyId: world.pharmacies[4]![0].organisationId }),
  },
  {
    mutation: 'claimTicket',
    by: 'pharmacy',
    move: (status) => (held.includes(status) ? 'take_over' : 'claim'),
    actor: colleague,
    input: () => ({ idempotencyKey: newId(), takeOver: true }),
  },
  underClaim('renewClaim', 'renew'),
  underClaim('startPreparing', 'start'),
  underClaim('markReady', 'mark_ready'),
  underClaim('closeTicket', 'close'),
  { mutation: 'closeTicket', by: 'doctor', move: () => 'finish', actor: () => world.doctor, input: () => ({}) },
  underClaim('returnTicket', 'return', { reason: 'OTHER' }),
  underClaim('declineTicket', 'decline', { reason: 'OTHER' }),
  underClaim('acknowledgeCancel', 'acknowledge'),
  ...(['patient', 'doctor'] as const).map((by): Case => ({
    mutation: 'cancelTicket',
    by,
    move: (status) => (held.includes(status) ? 'mark_cancel' : 'cancel'),
    actor: () => world[by],
    input: () => ({ reason: 'OTHER' }),
  })),
];

const kinds = ['prescription', 'consultation', 'lab_request', 'referral'] as const;
const hasPharmacy = (kind: string) => kind !== 'consultation';

/** A ticket put into a status by hand, so that no case depends on the way there. */
async function ticketIn(kind: (typeof kinds)[number], status: TicketStatus) {
  const pharmacyId = hasPharmacy(kind) ? pharmacist().organisationId : null;
  const { id } = await world.open({ kind: kind.toUpperCase(), pharmacyId });
  const leaseUntil = new Date(Math.floor(Date.now() / 1000 + 3_600) * 1000);
  const claim = held.includes(status) ? [pharmacist().userId, leaseUntil] : [null, null];
  await world.tickets.sql(
    'UPDATE ticket SET status = $2, fence = 1, claim_user_id = $3, lease_until = $4 WHERE id = $1',
    [id, status, ...claim],
  );
  const claimToken = claimTokens(signingKey).sign(id as TicketId, {
    fence: 1,
    pharmacyId: pharmacist().organisationId,
    userId: pharmacist().userId,
    leaseUntil,
  });
  return { id, claimToken };
}

const countOf = async (id: string) =>
  (await world.tickets.sql('SELECT version, timeline_length AS entries, status FROM ticket WHERE id = $1', [id]))[0]!;

describe.each(kinds)('a ticket of kind %s (T-04)', (kind) => {
  describe.each(cases.map((each) => [each.mutation, each.by, each] as const))('%s by the %s', (_, __, test) => {
    it.each(statuses.filter((status) => hasPharmacy(kind) || !held.includes(status)))('from %s', async (status) => {
      const { id, claimToken } = await ticketIn(kind, status);
      const isVersioned = !['claimTicket', 'renewClaim', 'cancelTicket'].includes(test.mutation);
      const isUnderClaim = test.by === 'pharmacy' && test.mutation !== 'claimTicket';
      const answer = await world.call(test.actor(), test.mutation, {
        ticketId: id,
        ...(isVersioned && { expectedVersion: 1 }),
        ...(isUnderClaim && { claimToken }),
        ...test.input(),
      });
      const pharmacyId = hasPharmacy(kind) ? (pharmacist().organisationId as OrganisationId) : null;
      const legal = findMove({ kind, state: { status }, pharmacyId, anyPharmacy: false }, test.move(status), test.by);
      if (legal) {
        expect(answer.userErrors).toEqual([]);
        expect(await countOf(id)).toEqual({ version: 2, entries: 2, status: targetOf(legal, status) });
        return;
      }
      // What a pharmacy may not see is not there; a claim that was given up is stale before anything else is.
      const invisible = test.by === 'pharmacy' && (status === 'created' || !hasPharmacy(kind));
      const stale = isUnderClaim && status === 'sent';
      const [refusal] = answer.userErrors;
      const code = invisible ? 'NOT_FOUND' : stale ? 'STALE_CLAIM' : 'ILLEGAL_MOVE';
      const cancelOrClaim = status === 'expired' && ['cancelTicket', 'claimTicket'].includes(test.mutation);
      expect(refusal!.code).toBe(cancelOrClaim && !invisible ? 'EXPIRED' : code);
      if (refusal!.code === 'ILLEGAL_MOVE') expect(refusal!.currentStatus).toBe(status.toUpperCase());
      expect(await countOf(id)).toEqual({ version: 1, entries: 1, status });
    });
  });
});
