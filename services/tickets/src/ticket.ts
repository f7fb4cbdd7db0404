import type {
  AppointmentId,
  OrganisationId,
  PrescriptionId,
  TicketId,
  UserId,
} from '@carethread/contracts/ids.ts';
import type { TicketKind, TicketStatus } from '@carethread/contracts/events/tickets.ts';

/** The right to work on a ticket until the lease ends. The fence grows with every new right. */
export interface Claim {
  readonly fence: number;
  readonly pharmacyId: OrganisationId;
  /** The pharmacist who holds it for the pharmacy. */
  readonly userId: UserId;
  readonly leaseUntil: Date;
}

/** What a ticket can be in, with what is known only then. */
export type State =
  | { readonly status: 'created' | 'sent' }
  | { readonly status: 'received' | 'preparing' | 'ready'; readonly claim: Claim }
  | {
      readonly status: 'cancel_marked';
      readonly claim: Claim;
      /** Who asked for the cancellation; null when the system did. */
      readonly requestedBy: UserId | null;
    }
  | { readonly status: 'closed' | 'cancelled' | 'expired' | 'not_fulfilled' };

export interface Ticket {
  readonly id: TicketId;
  readonly number: string;
  /** IANA zone in which the number's date was the day of opening. */
  readonly timeZone: string;
  readonly kind: TicketKind;
  readonly patientId: UserId;
  readonly doctorId: UserId;
  readonly clinicId: OrganisationId;
  readonly pharmacyId: OrganisationId | null;
  /** Whichever pharmacy is shown number and access code may claim it. */
  readonly anyPharmacy: boolean;
  readonly appointmentId: AppointmentId | null;
  readonly prescriptionId: PrescriptionId | null;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly state: State;
  /** Highest fence given out so far; 0 before the first claim. */
  readonly fence: number;
  /** Number of state changes; notes do not count. */
  readonly version: number;
  /** Number of timeline entries; the newest entry has this number. */
  readonly timelineLength: number;
}

/** What can happen to a ticket. Each fact is one timeline entry and one event. */
export type Fact = Opened | PharmacyChanged | Moved | Noted;
export interface Opened {
  readonly type: 'opened';
}
export interface PharmacyChanged {
  readonly type: 'pharmacy_changed';
  readonly from: OrganisationId | null;
  readonly to: OrganisationId | null;
  readonly anyPharmacy: boolean;
}
export interface Moved {
  readonly type: 'moved';
  readonly from: TicketStatus;
  readonly after: State;
  readonly reason: string;
  /** What the move is about, such as a prescription or a dispense. */
  readonly subjectId?: string;
  /** The prescription the ticket carries from now on. */
  readonly prescriptionId?: PrescriptionId;
  readonly expiresAt?: Date;
}
export interface Noted {
  readonly type: 'noted';
  /** Type of the event, or of the timer, that was noted. */
  readonly noted: string;
  readonly subjectId: string;
}

/** The ticket after the fact. */
export function evolve(ticket: Ticket, fact: Fact): Ticket {
  const later = { ...ticket, timelineLength: ticket.timelineLength + 1 };
  switch (fact.type) {
    case 'opened':
      return later;
    case 'noted':
      return later;
    case 'pharmacy_changed':
      return {
        ...later,
        version: ticket.version + 1,
        pharmacyId: fact.to,
        anyPharmacy: fact.anyPharmacy,
      };
    case 'moved':
      return {
        ...later,
        version: ticket.version + 1,
        state: fact.after,
        fence: claimIn(fact.after)?.fence ?? ticket.fence,
        prescriptionId: fact.prescriptionId ?? ticket.prescriptionId,
        expiresAt: fact.expiresAt ?? ticket.expiresAt,
      };
    default:
      return fact satisfies never;
  }
}

/** The claim a state holds; null when nobody holds the ticket. */
export function claimIn(state: State): Claim | null {
  switch (state.status) {
    case 'received':
    case 'preparing':
    case 'ready':
    case 'cancel_marked':
      return state.claim;
    case 'created':
    case 'sent':
    case 'closed':
    case 'cancelled':
    case 'expired':
    case 'not_fulfilled':
      return null;
    default:
      return state satisfies never;
  }
}

/** Everybody who takes part: people as themselves, a pharmacy as one body. */
export const partiesOf = (ticket: Ticket) => [
  { principalId: ticket.patientId, role: 'patient' as const },
  { principalId: ticket.doctorId, role: 'doctor' as const },
  ...(ticket.pharmacyId ? [{ principalId: ticket.pharmacyId, role: 'pharmacy' as const }] : []),
];
