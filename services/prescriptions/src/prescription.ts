import type { StepUp } from '@carethread/contracts/actor.ts';
import type {
  DispenseId,
  LineId,
  OrganisationId,
  PrescriptionId,
  TicketId,
  UserId,
  WithdrawalId,
} from '@carethread/contracts/ids.ts';
import { refuse, staleVersion, type Refusal } from '@carethread/service-kit/refusal.ts';
import { contentHash } from './content.ts';
import type { PackRef } from './controls/pack.ts';
import type { Fill, FillId } from './fill.ts';
import type { Line } from './line.ts';
import type { Override, Screening } from './screening.ts';
import type { TicketCopy } from './ticket-copy.ts';
import type { NotedState, ProductWithdrawal } from './withdrawal/product-withdrawal.ts';

export const statuses = [
  'draft',
  'signed',
  'blocked',
  'released',
  'completed',
  'cancelled',
  'expired',
] as const;
export type Status = (typeof statuses)[number];

/** Which status may follow which. Signing again means: a new version of the content. */
export const moves: Record<Status, readonly Status[]> = {
  draft: ['signed', 'cancelled', 'expired'],
  signed: ['released', 'blocked', 'signed', 'cancelled', 'expired'],
  blocked: ['released', 'signed', 'cancelled', 'expired'],
  released: ['completed', 'signed', 'cancelled', 'expired'],
  completed: [],
  cancelled: [],
  expired: [],
};

/** What is prescribed, whether it is safe, and how much of it may still be handed over. */
export interface Prescription {
  id: PrescriptionId;
  /** The ticket it was written for, which carries its first fill. */
  ticketId: TicketId;
  patientId: UserId;
  doctorId: UserId;
  clinicId: OrganisationId;
  status: Status;
  version: number;
  /** Number of the last event. */
  eventNumber: number;
  /** 1, then one more with each signed change. */
  contentVersion: number;
  /** The content `status` speaks of: frozen, except in a draft. */
  lines: Line[];
  /** A change the doctor is writing; for nobody else until it is signed. */
  amendment: { contentVersion: number; lines: Line[] } | null;
  signature: Signature | null;
  /** When the pharmacy was first given this content. */
  releasedAt: Date | null;
  /** The newest check of the frozen content. */
  screening: Screening | null;
  /** How much in the newest verdict nobody had answered when it was last looked at. */
  openItems: number;
  overrides: Override[];
  /** Oldest first. A pharmacist sees the fills of the own pharmacy only. */
  fills: Fill[];
  /** Fills that count as used, out of 1 + repeats. */
  fillsUsed: number;
  lastHandedOverAt: Date | null;
  /** How many days the last hand-over lasts. */
  daysSupplied: number;
  ended: { reason: string; at: Date } | null;
  createdAt: Date;
  /** Version of the patient's facts now. */
  factsVersion: number;
  /** What of its products is withdrawn or recalled, now or from a later moment on. */
  withdrawals: readonly ProductWithdrawal[];
  /** The catalog's release in force, as far as we have heard; null before the first. */
  releaseInForce: string | null;
  ticket: TicketCopy | null;
  /** Null while the clinic's registration has not come. */
  clinic: Clinic | null;
  /** The catalog's schedule of each line when it was signed; a line is missing while the catalog has not said. */
  signedSchedules: Readonly<Record<LineId, string | null>>;
  /** The pharmacy that handed something over last. */
  dispensedBy: OrganisationId | null;
  /** How often another pharmacy went on after one had handed something over. */
  transfers: number;
}

/** Where a prescription is written. */
export interface Clinic {
  /** ISO 3166. */
  jurisdiction: string;
  timeZone: string;
}

/** A prescription that was signed. */
export type Signed = Prescription & { signature: Signature };

export interface Signature {
  contentHash: string;
  by: UserId;
  at: Date;
  /** Its last day, in the zone of the pharmacy that asks, is the last on which it may be used. */
  validUntil: Date;
  /** The policy packs it was made under. */
  packs: PackRef[];
  /** The signer's last proof of identity before it. */
  stepUp: StepUp | null;
}

/** What happened, for others to hear of. */
export type Fact =
  | { kind: 'lines_written'; contentVersion: number; contentHash: string; lines: Line[] }
  | { kind: 'drafted' | 'signed' | 'rescreen_requested' }
  | { kind: 'blocked'; open: number }
  | { kind: 'released'; overridden: boolean }
  | { kind: 'cancelled'; ticketId: TicketId; reason: string; part: boolean }
  | { kind: 'cancel_refused'; ticketId: TicketId }
  | { kind: 'expired'; ticketId: TicketId; reason: string; part: boolean }
  | { kind: 'fill_opened'; fill: Fill; pharmacyId: OrganisationId }
  | { kind: 'withdrawal_noted'; withdrawalId: WithdrawalId; lineIds: LineId[]; state: NotedState }
  | { kind: 'prepared'; fill: Fill; fence: number }
  | { kind: 'not_fulfilled'; fill: Fill; fence: number }
  | { kind: 'handed_over'; fill: Fill; dispenseId: DispenseId; fence: number };

/** A decision: the prescription after it, and what is to be told. */
export interface Decided {
  prescription: Prescription;
  facts: Fact[];
}

/** Takes over changes. Everything goes through here, so an illegal move of the status is a bug that cannot be saved. */
export function decide(
  before: Prescription,
  change: Partial<Omit<Prescription, 'version'>>,
  ...facts: Fact[]
): Decided {
  if (
    change.status !== undefined &&
    change.status !== before.status &&
    !moves[before.status].includes(change.status)
  )
    throw new Error(`A prescription does not go from ${before.status} to ${change.status}.`);
  return { prescription: { ...before, ...change, version: before.version + 1 }, facts };
}

export const checkVersion = (prescription: Prescription, expected: number): Refusal | null =>
  prescription.version === expected ? null : staleVersion(expected, prescription.version);

export const wrongStatus = ({ status }: Prescription, message = `The prescription is ${status}.`): Refusal =>
  refuse('ILLEGAL_MOVE', message, { currentStatus: status });

/** What the doctor is writing now: the open amendment, else the draft; null when everything is frozen. */
export const draftOf = (prescription: Prescription): { contentVersion: number; lines: Line[] } | null =>
  prescription.amendment ?? (prescription.status === 'draft' ? prescription : null);

export const hashOf = (
  prescription: Prescription,
  content: { contentVersion: number; lines: Line[] },
): string =>
  contentHash({
    prescriptionId: prescription.id,
    contentVersion: content.contentVersion,
    patientId: prescription.patientId,
    doctorId: prescription.doctorId,
    clinicId: prescription.clinicId,
    lines: content.lines,
  });

/** The fill that is being worked on, if there is one. */
export const openFillOf = (prescription: Prescription): Fill | undefined =>
  prescription.fills.find((fill) => fill.status === 'open');

/** The fill people mean: the open one, else the newest. */
export const currentFill = (prescription: Prescription): Fill | undefined =>
  openFillOf(prescription) ?? prescription.fills.findLast((fill) => fill.status !== 'superseded');

export const fillOfTicket = (prescription: Prescription, ticketId: TicketId): Fill | undefined =>
  prescription.fills.findLast((fill) => fill.ticketId === ticketId && fill.status !== 'superseded');

export const withFill = (prescription: Prescription, fill: Fill): Fill[] =>
  prescription.fills.map((each) => (each.id === fill.id ? fill : each));

/** Ids for what a decision may have to create; given from outside, so that a decision can be repeated. */
export interface NewIds {
  fill: () => FillId;
  line: () => LineId;
}
