import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { shown } from '../codes.ts';
import type { ClaimResolvers, TicketResolvers } from '../generated/graphql.ts';
import { targetOf } from '../legal-moves.ts';
import { partiesOf } from '../ticket.ts';
import { possibleMoves } from './possible-moves.ts';
import { isHolder, shownClaim } from './shown-claim.ts';

const reference = <Id extends string>(id: Id | null) => (id ? { id } : null);

export const Ticket: TicketResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.ticket.load(id),
  kind: ({ kind }) => shown(kind),
  status: ({ state }) => shown(state.status),
  patient: ({ patientId }) => reference(patientId),
  doctor: ({ doctorId }) => reference(doctorId),
  clinic: ({ clinicId }) => reference(clinicId),
  pharmacy: ({ pharmacyId }) => reference(pharmacyId),
  openToAnyPharmacy: ({ anyPharmacy }) => anyPharmacy,
  claim: shownClaim,
  // Whoever has the code can fetch the medicine: a proxy needs to be trusted with that.
  accessCode: ({ id, anyPharmacy }, _, { loaders, actor }) =>
    anyPharmacy && (!actor?.proxyId || actor.proxyScopes?.includes('collect'))
      ? loaders.accessCode.load(id)
      : null,
  parties: (ticket) => partiesOf(ticket).map(({ principalId, role }) => ({ principalId, role: shown(role) })),
  legalMoves: (ticket, _, context) =>
    possibleMoves(ticket, signedIn(context), context.foundation.now()).map((move) => ({
      mutation: move.mutation,
      to: shown(targetOf(move, ticket.state.status)),
      why: move.why,
    })),
};

export const Claim: ClaimResolvers = {
  fence: ({ claim }) => claim.fence,
  holder: ({ claim }) => ({ id: claim.pharmacyId }),
  heldBy: ({ claim }) => ({ id: claim.userId }),
  leaseUntil: ({ claim }) => claim.leaseUntil,
  token: (held, _, { actor, foundation }) =>
    isHolder(actor, held) ? foundation.tokens.sign(held.ticketId, held.claim) : null,
};
