import type { OrganisationId } from '@carethread/contracts/ids.ts';
import type { Refusal } from '@carethread/service-kit/refusal.ts';
import { findMove } from '../legal-moves.ts';
import type { Fact, Ticket } from '../ticket.ts';
import { illegalMove } from './move.ts';
import { versionProblem } from './version.ts';

/** Which pharmacy is to have it: one, or whichever is shown the access code. */
export interface PharmacyChoice {
  pharmacyId: OrganisationId | null;
  anyPharmacy: boolean;
}

/** Another choice of pharmacy. No facts when it is the choice already. */
export function choosePharmacy(
  ticket: Ticket,
  choice: PharmacyChoice,
  by: 'patient' | 'doctor',
  expectedVersion: number | null,
): Fact[] | Refusal {
  const stale = versionProblem(ticket, expectedVersion);
  if (stale) return stale;
  if (!findMove(ticket, 'choose_pharmacy', by)) return illegalMove(ticket, 'choose_pharmacy');
  const { pharmacyId: to, anyPharmacy } = choice;
  if (to === ticket.pharmacyId && anyPharmacy === ticket.anyPharmacy) return [];
  return [{ type: 'pharmacy_changed', from: ticket.pharmacyId, to, anyPharmacy }];
}
