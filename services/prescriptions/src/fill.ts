import type { LineState } from '@carethread/contracts/events/prescriptions.ts';
import type {
  DispenseId,
  Id,
  LineId,
  OrganisationId,
  ProductId,
  TicketId,
  UserId,
} from '@carethread/contracts/ids.ts';
import type { LocalDate } from './calendar.ts';
import type { Line } from './line.ts';
import type { TicketCopy } from './ticket-copy.ts';

export type FillId = Id<'Fill'>;
export type PreparationId = Id<'Preparation'>;

export const fillStatuses = [
  'open',
  'complete',
  'cancelled',
  'expired',
  'not_fulfilled',
  'superseded',
] as const;
export type FillStatus = (typeof fillStatuses)[number];

export const notDispensedReasons = [
  'out_of_stock',
  'patient_declined',
  'not_needed_now',
  'clinical_concern',
  'prescriber_asked',
  'discontinued',
] as const;
export type NotDispensedReason = (typeof notDispensedReasons)[number];
/** What the patient was paid back for is not dispensed either, and nobody at a counter can take that back. */
export const refundedReason = 'refunded';

/** Why only a part of what is owed is handed over. */
export const partReasons = ['short_supply', 'on_request'] as const;
export type PartReason = (typeof partReasons)[number];

/** Same ingredients, strength and form throughout: another ingredient is another prescription. */
export const substitutionTypes = ['equivalent', 'generic', 'brand'] as const;
export const substitutionReasons = [
  'out_of_stock',
  'formulary',
  'continuing_therapy',
  'regulatory',
  'patient_wish',
] as const;

export interface Substitution {
  productText: string;
  /** The product in the catalog, where the pharmacy says: then its withdrawals count. */
  productId: ProductId | null;
  type: (typeof substitutionTypes)[number];
  reason: (typeof substitutionReasons)[number];
}

/** One round of filling a prescription at one pharmacy. */
export interface Fill {
  id: FillId;
  /** 1 is the first fill, 2 the first repeat. */
  number: number;
  ticketId: TicketId;
  contentVersion: number;
  status: FillStatus;
  version: number;
  lines: FillLine[];
  preparations: Preparation[];
  lastDispenseId: DispenseId | null;
  openedAt: Date;
  /** Null while the ticket's first event has not come. */
  ticket: TicketCopy | null;
}

export interface FillLine {
  lineId: LineId;
  /** Authorised for this fill. */
  quantity: number;
  handedOver: number;
  notDispensed: NotDispensedReason | typeof refundedReason | null;
  /** When the first of it was handed over. */
  firstHandedOverAt: Date | null;
  /** Why only a part of it was, when that was said. */
  partReason: PartReason | null;
}

export interface Lot {
  quantity: number;
  lot: string;
  expiresOn: LocalDate;
  substitution: Substitution | null;
}

/** What stands ready of one lot. */
export interface Preparation extends Lot {
  id: PreparationId;
  lineId: LineId;
  preparedBy: UserId;
  preparedAt: Date;
}

/** What was handed over, once and for ever. */
export interface Dispense {
  id: DispenseId;
  fillId: FillId;
  ticketId: TicketId;
  pharmacyId: OrganisationId;
  fence: number;
  handedOverBy: UserId;
  handedOverAt: Date;
  /** Who fetched it in the patient's place. */
  collectedBy: UserId | null;
  items: (Lot & { lineId: LineId; preparedBy: UserId; preparedAt: Date })[];
}

export const preparedOf = (fill: Fill, lineId: LineId): number =>
  fill.preparations.reduce((sum, ready) => (ready.lineId === lineId ? sum + ready.quantity : sum), 0);

/** Nothing of the line is owed any more. */
export const isSettled = (line: FillLine) => line.notDispensed !== null || line.handedOver === line.quantity;

export const anyHandedOver = (fill: Fill): boolean => fill.lines.some((line) => line.handedOver > 0);

/** Whether the fill counts as one of those authorised: finished, or ended after part was handed over. */
export const usesUnit = (fill: Fill): boolean =>
  fill.status === 'complete' || (fill.status !== 'open' && anyHandedOver(fill));

/** The state of a line within its fill (T-11). */
export function lineState(fill: Fill, line: FillLine): LineState {
  if (line.handedOver === line.quantity) return 'collected';
  switch (fill.status) {
    case 'cancelled':
    case 'superseded':
      return 'cancelled';
    case 'expired':
      return 'expired';
    case 'not_fulfilled':
      return 'not_dispensed';
    case 'open':
    case 'complete': {
      if (line.notDispensed !== null) return 'not_dispensed';
      const prepared = preparedOf(fill, line.lineId);
      if (prepared > 0) return prepared + line.handedOver === line.quantity ? 'ready' : 'partly';
      return line.handedOver > 0 ? 'owing' : 'to_fill';
    }
    default:
      return fill.status satisfies never;
  }
}

export const lineStatesOf = (fill: Fill) =>
  fill.lines.map((line) => ({ lineId: line.lineId, state: lineState(fill, line) }));

/** Whether all that is still owed stands ready, part of it, or nothing. */
export function readinessOf(fill: Fill): 'none' | 'part' | 'whole' {
  if (fill.preparations.length === 0) return 'none';
  return fill.lines.every((line) => isSettled(line) || lineState(fill, line) === 'ready') ? 'whole' : 'part';
}

/** A new fill of these lines. */
export const openFill = (
  of: { number: number; contentVersion: number; ticketId: TicketId; lines: readonly Line[] },
  id: FillId,
  now: Date,
): Fill => ({
  id,
  number: of.number,
  ticketId: of.ticketId,
  contentVersion: of.contentVersion,
  status: 'open',
  version: 1,
  lines: of.lines.map(({ id: lineId, quantity }) => ({
    lineId,
    quantity,
    handedOver: 0,
    notDispensed: null,
    firstHandedOverAt: null,
    partReason: null,
  })),
  preparations: [],
  lastDispenseId: null,
  openedAt: now,
  ticket: null,
});

/** The pharmacy gave the ticket back: what stood ready there does so no more, and what it could not do another may. */
export const giveBack = (fill: Fill): Fill => ({
  ...fill,
  version: fill.version + 1,
  lines: fill.lines.map((line) => (canBeTakenUp(line) ? { ...line, notDispensed: null } : line)),
  preparations: [],
});

/** Whether somebody said that it is not dispensed who, or whose successor, may think better of it. */
export const canBeTakenUp = ({ notDispensed }: FillLine): boolean =>
  notDispensed !== null && notDispensed !== refundedReason;

/** Ends an open fill with what was handed over so far. */
export const endFill = (fill: Fill, status: Exclude<FillStatus, 'open' | 'complete'>): Fill => ({
  ...fill,
  status,
  version: fill.version + 1,
  preparations: [],
});
