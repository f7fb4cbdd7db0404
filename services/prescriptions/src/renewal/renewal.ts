import type { RenewalEnd } from '@carethread/contracts/events/renewals.ts';
import {
  derivedId,
  type LineId,
  type OrganisationId,
  type PaymentId,
  type PrescriptionId,
  type RenewalId,
  type TicketId,
  type UserId,
} from '@carethread/contracts/ids.ts';
import type { Money } from '@carethread/contracts/money.ts';
import type { Line } from '../line.ts';

export const renewalStates = [
  'pending_payment',
  'processing',
  'rejected',
  'unknown',
  'awaiting_approval',
  'approved',
  'ready',
  'downloaded',
  'closed',
  'declined',
  'cancelled',
  'expired',
] as const;
export type RenewalState = (typeof renewalStates)[number];

/** Which state may follow which. Payments tells of every state of the money, but of a quick one maybe after the next. */
export const renewalMoves: Record<RenewalState, readonly RenewalState[]> = {
  pending_payment: ['processing', 'rejected', 'unknown', 'awaiting_approval', 'cancelled', 'expired'],
  processing: ['rejected', 'unknown', 'awaiting_approval', 'cancelled', 'expired'],
  rejected: ['processing', 'unknown', 'awaiting_approval', 'cancelled', 'expired'],
  unknown: ['processing', 'rejected', 'awaiting_approval', 'cancelled', 'expired'],
  awaiting_approval: ['approved', 'declined', 'cancelled', 'expired'],
  approved: ['ready', 'closed', 'cancelled', 'expired'],
  ready: ['downloaded', 'closed', 'cancelled', 'expired'],
  downloaded: ['closed', 'cancelled', 'expired'],
  closed: [],
  declined: [],
  cancelled: [],
  expired: [],
};

/** What is known here of the money; payments decides about it. */
export const moneyStates = [
  'free',
  'due',
  'taken',
  'going_back',
  'back',
  'never_taken',
  'with_person',
] as const;
export type MoneyState = (typeof moneyStates)[number];

/** What happened to the money after the states of the renewal itself were left behind. */
export const moneySteps = ['refunding', 'refunded', 'not_charged', 'with_person'] as const;
export type StepKind = RenewalState | (typeof moneySteps)[number];

/** One thing that happened, for the patient to see. */
export interface Step {
  readonly number: number;
  readonly kind: StepKind;
  readonly at: Date;
  /** Coded reason; null where the kind says it all. */
  readonly reason: string | null;
}

/** A medicine as the patient asked for it and as the approver sees it: what the doctor had signed. */
export type Medicine = Pick<
  Line,
  'text' | 'strength' | 'form' | 'quantity' | 'quantityUnit' | 'instructions'
>;

/** A patient's wish for an earlier prescription once more, from the request to the downloaded document. */
export interface Renewal {
  readonly id: RenewalId;
  readonly ticketId: TicketId;
  readonly patientId: UserId;
  readonly doctorId: UserId;
  readonly clinicId: OrganisationId;
  /** What is to be renewed: exactly this content. */
  readonly sourceId: PrescriptionId;
  readonly sourceHash: string;
  readonly medicines: readonly Medicine[];
  /** When the doctor last signed this content with their own hand. A renewal of a renewal keeps it. */
  readonly authorityAt: Date;
  /** Null when nothing is to be paid. */
  readonly price: Money | null;
  readonly state: RenewalState;
  readonly money: MoneyState;
  /** When waiting in this state ends; null where nothing is waited for, or the prescription's validity ends it. */
  readonly deadline: Date | null;
  readonly requestedAt: Date;
  readonly decidedBy: UserId | null;
  readonly decidedAt: Date | null;
  /** The new prescription, once approved. */
  readonly prescriptionId: PrescriptionId | null;
  readonly documentId: string | null;
  readonly version: number;
  /** Number of events emitted. */
  readonly eventNumber: number;
  /** Number of steps; the newest has it. */
  readonly stepCount: number;
}

/** What happened, for others to hear of. */
export type RenewalFact =
  | { readonly kind: 'requested' | 'awaiting_approval' | 'approved' | 'ready' | 'downloaded' }
  | { readonly kind: 'ended'; readonly how: RenewalEnd; readonly reason: string }
  | {
      readonly kind: 'refund_requested';
      readonly lines: readonly { lineId: LineId; minor: number }[];
      readonly by: UserId;
    };

/** A decision: the renewal after it, what the patient sees of it, and what is told. */
export interface Settled {
  readonly renewal: Renewal;
  readonly steps: readonly Step[];
  readonly facts: readonly RenewalFact[];
}

/** The payment of a renewal, if it has one. Known before it exists, so that it can exist once only. */
export const paymentIdOf = (id: RenewalId): PaymentId => derivedId<'Payment'>(id, 'payment');

export const isOver = ({ state }: Pick<Renewal, 'state'>): boolean => renewalMoves[state].length === 0;

/** Whether it waits for the patient's money to be taken. */
export const waitsForMoney = ({ state }: Pick<Renewal, 'state'>): boolean =>
  state === 'pending_payment' || state === 'processing' || state === 'rejected' || state === 'unknown';

export interface Happening {
  readonly kind: StepKind;
  readonly reason?: string | null;
}

/**
 * Takes over changes, with the steps that tell the patient of them. A state that may not follow is a bug that cannot be
 * saved.
 */
export function settle(
  before: Renewal,
  at: Date,
  change: Partial<Omit<Renewal, 'version' | 'stepCount' | 'eventNumber'>>,
  happenings: readonly Happening[],
  ...facts: RenewalFact[]
): Settled {
  const { state } = change;
  if (state !== undefined && state !== before.state && !renewalMoves[before.state].includes(state))
    throw new Error(`A renewal does not go from ${before.state} to ${state}.`);
  const steps = happenings.map(({ kind, reason = null }, i) => ({
    number: before.stepCount + i + 1,
    kind,
    at,
    reason,
  }));
  return {
    renewal: {
      ...before,
      ...change,
      version: before.version + 1,
      stepCount: before.stepCount + steps.length,
    },
    steps,
    facts,
  };
}

/** Nothing comes of it. Money that was taken goes back with the ticket, which ends because of this. */
export const end = (renewal: Renewal, how: RenewalEnd, reason: string, at: Date, by: UserId | null = null) =>
  settle(
    renewal,
    at,
    { state: how, deadline: null, ...(how === 'declined' && { decidedBy: by, decidedAt: at }) },
    [{ kind: how, reason }],
    { kind: 'ended', how, reason },
  );
