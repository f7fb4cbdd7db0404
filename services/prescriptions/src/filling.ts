import type { DispenseId, LineId, OrganisationId, UserId } from '@carethread/contracts/ids.ts';
import { Refusal, refuse, type UserError } from '@carethread/service-kit/refusal.ts';
import type { LocalDate } from './calendar.ts';
import {
  anyHandedOver,
  type Dispense,
  type Fill,
  isSettled,
  lineState,
  type Lot,
  type NotDispensedReason,
  type PartReason,
  type Preparation,
  type PreparationId,
  refundedReason,
} from './fill.ts';
import type { Line } from './line.ts';

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
    if (line.notDispensed === refundedReason)
      problem('BLOCKED', 'The patient was paid back for it: it is not handed over.', i, 'lineId');
    const allowed = at.lines.find((each) => each.id === lineId)?.substitutionAllowed ?? false;
    let total = line.handedOver;
    for (const [k, lot] of lots.entries()) {
      total += lot.quantity;
      if (total > line.quantity)
        problem(
          'INVALID',
          `Only ${line.quantity - line.handedOver} may still be handed over.`,
          i,
          'lots',
          k,
          'quantity',
        );
      if (lot.expiresOn < at.today) problem('INVALID', 'This lot has expired.', i, 'lots', k, 'expiresOn');
      if (lot.substitution && !allowed)
        problem(
          'NOT_ALLOWED',
          'The doctor does not allow a substitution here.',
          i,
          'lots',
          k,
          'substitution',
        );
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
  at: {
    id: DispenseId;
    today: LocalDate;
    by: UserId;
    pharmacyId: OrganisationId;
    fence: number;
    now: Date;
    partReason: PartReason | null;
    collectedBy?: UserId | null;
  },
): { fill: Fill; dispense: Dispense } | Refusal {
  const problems: UserError[] = [];
  const taken: (Preparation & { taken: number })[] = [];
  for (const [i, { preparationId, quantity }] of items.entries()) {
    const path = ['input', 'items', String(i)];
    const ready = fill.preparations.find(({ id }) => id === preparationId);
    if (!ready || taken.some(({ id }) => id === preparationId))
      problems.push({
        code: 'INVALID',
        message: 'Nothing stands ready under this id.',
        path: [...path, 'preparationId'],
      });
    else if (quantity > ready.quantity)
      problems.push({
        code: 'INVALID',
        message: `Only ${ready.quantity} stands ready.`,
        path: [...path, 'quantity'],
      });
    else if (ready.expiresOn < at.today)
      problems.push({ code: 'EXPIRED', message: 'This lot has expired since it was prepared.', path });
    else taken.push({ ...ready, taken: quantity });
  }
  if (problems.length > 0) return new Refusal(problems);
  const lines = fill.lines.map((line) => {
    const now = taken.reduce((sum, { lineId, taken: n }) => (lineId === line.lineId ? sum + n : sum), 0);
    if (now === 0) return line;
    const handedOver = line.handedOver + now;
    return {
      ...line,
      handedOver,
      firstHandedOverAt: line.firstHandedOverAt ?? at.now,
      partReason: line.partReason ?? (handedOver < line.quantity ? at.partReason : null),
    };
  });
  return {
    fill: {
      ...fill,
      version: fill.version + 1,
      status: lines.every(isSettled) ? 'complete' : 'open',
      lines,
      preparations: fill.preparations
        .map((ready) => ({
          ...ready,
          quantity: ready.quantity - (taken.find(({ id }) => id === ready.id)?.taken ?? 0),
        }))
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
      collectedBy: at.collectedBy ?? null,
      handedOverAt: at.now,
      items: taken.map(({ id: _, taken: quantity, ...item }) => ({ ...item, quantity })),
    },
  };
}

/** Closes a line without (further) hand-over. With the last one, the fill is complete, or not fulfilled if it is empty. */
export function markNotDispensed(
  fill: Fill,
  lineId: LineId,
  reason: NotDispensedReason | typeof refundedReason,
): Fill | Refusal {
  const line = fill.lines.find((each) => each.lineId === lineId);
  if (!line) return refuse('INVALID', 'This fill has no such line.', { path: ['input', 'lineId'] });
  if (isSettled(line)) {
    const state = lineState(fill, line);
    return refuse('ILLEGAL_MOVE', `The line is ${state}.`, {
      path: ['input', 'lineId'],
      currentStatus: state,
    });
  }
  const lines = fill.lines.map((each) => (each === line ? { ...line, notDispensed: reason } : each));
  const ended = anyHandedOver(fill) ? 'complete' : 'not_fulfilled';
  return {
    ...fill,
    version: fill.version + 1,
    status: lines.every(isSettled) ? ended : 'open',
    lines,
    preparations: fill.preparations.filter((ready) => ready.lineId !== lineId),
  };
}
