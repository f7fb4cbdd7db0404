import {
  type TicketKind,
  ticketKinds,
  type TicketStatus,
  ticketStatuses,
} from '@carethread/contracts/events/tickets.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId, type TicketId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimTokens } from '../src/claim-token.ts';
import { findMove, type MoveName, type Mover, targetOf } from '../src/legal-moves.ts';
import { signingKey, startWorld, type World } from './world.ts';

/** Every mutation, tried on a ticket of every kind in every status, by the party it is for: the table decides. */
let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

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
  {
    mutation: 'closeTicket',
    by: 'doctor',
    move: () => 'finish',
    actor: () => world.doctor,
    input: () => ({}),
  },
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

const hasPharmacy = (kind: TicketKind) => kind !== 'consultation';

/** A ticket put into a status by hand, so that no case depends on the way there. */
async function ticketIn(kind: TicketKind, status: TicketStatus) {
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

const rowOf = async (id: string) =>
  (
    await world.tickets.sql('SELECT version, timeline_length AS entries, status FROM ticket WHERE id = $1', [
      id,
    ])
  )[0]!;

describe.each(ticketKinds)('a ticket of kind %s (T-04)', (kind) => {
  describe.each(cases.map((each) => [each.mutation, each.by, each] as const))(
    '%s by the %s',
    (_, __, test) => {
      it.each(ticketStatuses.filter((status) => hasPharmacy(kind) || !held.includes(status)))(
        'from %s',
        async (status) => {
          const { id, claimToken } = await ticketIn(kind, status);
          const isVersioned = !['claimTicket', 'renewClaim', 'cancelTicket'].includes(test.mutation);
          const isUnderClaim = test.by === 'pharmacy' && test.mutation !== 'claimTicket';
          const answer = await world.call(test.actor(), test.mutation, {
            ticketId: id,
            ...(isVersioned && { expectedVersion: 1 }),
            ...(isUnderClaim && { claimToken }),
            ...test.input(),
          });
          const [refusal] = answer.userErrors;
          const { code = null, currentStatus = null } = refusal ?? {};
          expect({ code, currentStatus, ...(await rowOf(id)) }).toEqual(expected(test, kind, status));
        },
      );
    },
  );
});

/** What the table says of this case: the move is made, or refused with this code and nothing is written. */
function expected({ by, mutation, move }: Case, kind: TicketKind, status: TicketStatus) {
  const pharmacyId = hasPharmacy(kind) ? pharmacist().organisationId : null;
  const legal = findMove({ kind, state: { status }, pharmacyId, anyPharmacy: false }, move(status), by);
  if (legal)
    return { code: null, currentStatus: null, version: 2, entries: 2, status: targetOf(legal, status) };
  const unchanged = { version: 1, entries: 1, status };
  const isUnderClaim = by === 'pharmacy' && mutation !== 'claimTicket';
  // What a pharmacy may not see is not there; a claim that was given up is stale before anything else is.
  if (by === 'pharmacy' && (status === 'created' || !hasPharmacy(kind)))
    return { code: 'NOT_FOUND', currentStatus: null, ...unchanged };
  if (isUnderClaim && status === 'sent') return { code: 'STALE_CLAIM', currentStatus: null, ...unchanged };
  if (status === 'expired' && ['cancelTicket', 'claimTicket'].includes(mutation))
    return { code: 'EXPIRED', currentStatus: null, ...unchanged };
  return { code: 'ILLEGAL_MOVE', currentStatus: status.toUpperCase(), ...unchanged };
}
