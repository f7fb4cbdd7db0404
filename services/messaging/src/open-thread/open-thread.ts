import type { OrganisationId, PrincipalId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { seatParties } from '../seat-parties.ts';
import type { Parties, ThreadRole } from '../seating.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';

/** A ticket as its own service showed it to somebody: the version, and the parties at that version. */
export interface SeenTicket {
  readonly id: TicketId;
  readonly version: number;
  readonly parties: readonly { readonly principalId: PrincipalId; readonly role: ThreadRole }[];
}

/** Opens the thread of a ticket that somebody looks at before its event has come. Safe to do at any time, and often. */
export async function openThread(
  database: Database,
  ticket: SeenTicket,
  cause: Cause,
  now: Date,
): Promise<void> {
  const parties = partiesOf(ticket);
  if (parties) await database.asWorker((tx) => seatParties(tx, { ticketId: ticket.id, parties }, cause, now));
}

function partiesOf({ parties, version }: SeenTicket): Parties | null {
  const inRole = (role: ThreadRole) => parties.find((party) => party.role === role)?.principalId;
  const [patientId, doctorId] = [inRole('patient'), inRole('doctor')];
  if (!patientId || !doctorId) return null;
  return {
    people: { patientId: patientId as UserId, doctorId: doctorId as UserId },
    pharmacy: { id: (inRole('pharmacy') as OrganisationId | undefined) ?? null, version },
  };
}
