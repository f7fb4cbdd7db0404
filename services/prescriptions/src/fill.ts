import type { LineState } from '@carethread/contracts/events/prescriptions.ts';
import type { DispenseId, Id, LineId, OrganisationId, TicketId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse, type UserError } from '@carethread/service-kit/refusal.ts';
import type { LocalDate } from './calendar.ts';
import type { Line } from './line.ts';
import type { TicketCopy } from './ticket-copy.ts';

export type FillId = Id<'Fill'>;
export type PreparationId = Id<'Preparation'>;

export const fillStatuses = ['open', 'complete', 'cancelled', 'expired', 'not_fulfilled', 'superseded'] as const;
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

/** Same ingredients, strength and form throughout: another ingredient is another prescription. */
export const substitutionTypes = ['equivalent', 'generic', 'brand'] as const;
export const substitutionReasons = ['out_of_stock', 'formulary', 'continuing_therapy', 'regulatory', 'patient_wish'] as const;

export interface Substitution {
  productText: string;
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
  notDispensed: NotDispensedReason | null;
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
  items: (Lot & { lineId: LineId; preparedBy: UserId; preparedAt: Date })[];
}

export const preparedOf = (fill: Fill, lineId: LineId): number =>
  fill.preparations.reduce((sum, ready) => (ready.lineId === lineId ? sum + ready.quantity : sum), 0);

const isSettled = (line: FillLine) => line.notDispensed !== null || line.handedOver === line.quantity;

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
  lines: of.lines.map(({ id: lineId, quantity }) => ({ lineId, quantity, handedOver: 0, notDispensed: null })),
  preparations: [],
  lastDispenseId: null,
  openedAt: now,
  ticket: null,
});

/**
 * Says what stands ready of each line named; what stood ready of it before is replaced, and no lots means none.
 * A line that was marked as not dispensed is taken up again.
 */
export function prepare(
  fill: Fill,
  entries: readonly { lineId: LineId; lots: readonly Lot[] }[],
  at: { lines: readonly Line[]; today: LocalDate; by: UserId; now: Date; newId: () => PreparationId },
): Fill | Refusal {
  const problems: UserError[] = [];
  const problem = (code: UserError['code'], message: string, ...path: (string | number)[]) =>
    problems.push({ code, message, path: ['input', 'lines', ...path.map(String)] });
  const seen = new Set<LineId>();
  for (const [i, { lineId, lots }] of entries.entries()) {
    const line = fill.lines.find((each) => each.lineId === lineId);
    if (!line || seen.has(lineId)) {
      problem('INVALID', line ? 'The line is named twice.' : 'This fill has no such line.', i, 'lineId');
      continue;
    }
    seen.add(lineId);
    const allowed = at.lines.find((each) => each.id === lineId)?.substitutionAllowed ?? false;
    let total = line.handedOver;
    for (const [k, lot] of lots.entries()) {
      total += lot.quantity;
      if (total > line.quantity)
        problem('INVALID', `Only ${line.quantity - line.handedOver} may still be handed over.`, i, 'lots', k, 'quantity');
      if (lot.expiresOn < at.today) problem('INVALID', 'This lot has expired.', i, 'lots', k, 'expiresOn');
      if (lot.substitution && !allowed)
        problem('NOT_ALLOWED', 'The doctor does not allow a substitution here.', i, 'lots', k, 'substitution');
    }
  }
  if (problems.length > 0) return new Refusal(problems);
  const ready = entries.flatMap(({ lineId, lots }) =>
    lots.map((lot) => ({ ...lot, id: at.newId(), lineId, preparedBy: at.by, preparedAt: at.now })),
  );
  const takenUp = new Set(ready.map(({ lineId }) => lineId));
  return {
    ...fill,
    version: fill.version + 1,
    lines: fill.lines.map((line) => (takenUp.has(line.lineId) ? { ...line, notDispensed: null } : line)),
    preparations: [...fill.preparations.filter(({ lineId }) => !seen.has(lineId)), ...ready],
  };
}

/** Hands over some of what stands ready. Never more than is ready, hence never more than is authorised. */
export function handOver(
  fill: Fill,
  items: readonly { preparationId: PreparationId; quantity: number }[],
  at: { id: DispenseId; today: LocalDate; by: UserId; pharmacyId: OrganisationId; fence: number; now: Date },
): { fill: Fill; dispense: Dispense } | Refusal {
  const problems: UserError[] = [];
  const taken: (Preparation & { taken: number })[] = [];
  for (const [i, { preparationId, quantity }] of items.entries()) {
    const path = ['input', 'items', String(i)];
    const ready = fill.preparations.find(({ id }) => id === preparationId);
    if (!ready || taken.some(({ id }) => id === preparationId))
      problems.push({ code: 'INVALID', message: 'Nothing stands ready under this id.', path: [...path, 'preparationId'] });
    else if (quantity > ready.quantity)
      problems.push({ code: 'INVALID', message: `Only ${ready.quantity} stands ready.`, path: [...path, 'quantity'] });
    else if (ready.expiresOn < at.today)
      problems.push({ code: 'EXPIRED', message: 'This lot has expired since it was prepared.', path });
    else taken.push({ ...ready, taken: quantity });
  }
  if (problems.length > 0) return new Refusal(problems);
  const lines = fill.lines.map((line) => {
    const now = taken.reduce((sum, { lineId, taken: n }) => (lineId === line.lineId ? sum + n : sum), 0);
    return now === 0 ? line : { ...line, handedOver: line.handedOver + now };
  });
  return {
    fill: {
      ...fill,
      version: fill.version + 1,
      status: lines.every(isSettled) ? 'complete' : 'open',
      lines,
      preparations: fill.preparations
        .map((ready) => ({ ...ready, quantity: ready.quantity - (taken.find(({ id }) => id === ready.id)?.taken ?? 0) }))
        .filter(({ quantity }) => quantity > 0),
      lastDispenseId: at.id,
    },
    dispense: {
      id: at.id,
      fillId: fill.id,
      ticketId: fill.ticketId,
      pharmacyId: at.pharmacyId,
      fence: at.fence,
      handedOverBy: at.by,
      handedOverAt: at.now,
      items: taken.map(({ id: _, taken: quantity, ...item }) => ({ ...item, quantity })),
    },
  };
}

/** Closes a line without (further) hand-over. Completes the fill when something was handed over and nothing is owed. */
export function markNotDispensed(fill: Fill, lineId: LineId, reason: NotDispensedReason): Fill | Refusal {
  const line = fill.lines.find((each) => each.lineId === lineId);
  if (!line) return refuse('INVALID', 'This fill has no such line.', { path: ['input', 'lineId'] });
  if (isSettled(line)) {
    const state = lineState(fill, line);
    return refuse('ILLEGAL_MOVE', `The line is ${state}.`, { path: ['input', 'lineId'], currentStatus: state });
  }
  const lines = fill.lines.map((each) => (each === line ? { ...line, notDispensed: reason } : each));
  return {
    ...fill,
    version: fill.version + 1,
    status: anyHandedOver(fill) && lines.every(isSettled) ? 'complete' : 'open',
    lines,
    preparations: fill.preparations.filter((ready) => ready.lineId !== lineId),
  };
}

/** The pharmacy gave the ticket back: what stood ready there does so no more, and what it could not do another may. */
export const giveBack = (fill: Fill): Fill => ({
  ...fill,
  version: fill.version + 1,
  lines: fill.lines.map((line) => (line.notDispensed === null ? line : { ...line, notDispensed: null })),
  preparations: [],
});

/** Ends an open fill with what was handed over so far. */
export const endFill = (fill: Fill, status: Exclude<FillStatus, 'open' | 'complete'>): Fill => ({
  ...fill,
  status,
  version: fill.version + 1,
  preparations: [],
});
