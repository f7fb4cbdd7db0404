import type { LineId } from '@carethread/contracts/ids.ts';
import type { Refusal, UserError } from '@carethread/service-kit/refusal.ts';
import type { LocalDate } from '../calendar.ts';
import type { Dispense, Fill, Lot } from '../fill.ts';
import type { Prescription } from '../prescription.ts';
import type { Rules } from '../rules.ts';
import type { Holder, TicketCopy } from '../ticket-copy.ts';
import { nameOf } from './applying.ts';
import { checkLine, type Place, standingOf } from './at-fill.ts';
import { checkPart } from './part.ts';

/** A fill that may be worked on, at the pharmacy that holds its ticket. */
export interface OpenFill {
  fill: Fill;
  ticket: TicketCopy;
  today: LocalDate;
}

export type FillRules = Pick<Rules, 'packs'>;
interface Handling {
  now: Date;
  rules: FillRules;
  holder: Holder;
}

const placeOf = ({ jurisdiction, timeZone }: TicketCopy, { pharmacyId }: Holder): Place => ({
  pharmacyId,
  jurisdiction,
  timeZone,
});

/** Why the rules for controlled medicines forbid preparing this line, or preparing it like this. */
export function checkPrepared(
  prescription: Prescription,
  { fill, ticket }: OpenFill,
  { lineId, lots }: { lineId: LineId; lots: readonly Lot[] },
  i: number,
  { now, rules: { packs }, holder }: Handling,
): UserError[] {
  const line = prescription.lines.find(({ id }) => id === lineId);
  // A line that is not there is refused for that.
  if (!line) return [];
  const place = placeOf(ticket, holder);
  const path = ['input', 'lines', String(i)];
  const refused = checkLine(prescription, line, fill.number, place, {
    packs,
    now,
    path: [...path, 'lineId'],
  });
  if (refused) return [...refused.userErrors];
  const { rule, applying } = standingOf(prescription, line, place, { packs, now });
  if (rule.substitutionAllowed) return [];
  return lots.flatMap(({ substitution }, k) =>
    substitution
      ? [
          {
            code: 'NOT_ALLOWED' as const,
            message: `${nameOf(applying)}: exactly what was prescribed. Ask the doctor for a new version with the other product.`,
            path: [...path, 'lots', String(k), 'substitution'],
          },
        ]
      : [],
  );
}

/** Why the rules for controlled medicines forbid this hand-over; they may have changed since it was prepared. */
export function checkHandedOver(
  prescription: Prescription,
  { fill, ticket, today }: OpenFill,
  done: { fill: Fill; dispense: Dispense },
  { now, rules: { packs }, holder }: Handling,
): Refusal | null {
  const place = placeOf(ticket, holder);
  for (const [k, before] of fill.lines.entries()) {
    const after = done.fill.lines[k]!;
    const line = prescription.lines.find(({ id }) => id === before.lineId);
    if (!line || after.handedOver === before.handedOver) continue;
    const item = done.dispense.items.findIndex(({ lineId }) => lineId === line.id);
    const path = ['input', 'items', String(item)];
    const refused = checkLine(prescription, line, fill.number, place, { packs, now, path });
    if (refused) return refused;
    const { rule, applying } = standingOf(prescription, line, place, { packs, now });
    const signedAt = prescription.signature!.at;
    const zone = { now, today, timeZone: ticket.timeZone, signedAt, path };
    const part = checkPart(line, { before, after }, rule, nameOf(applying), zone);
    if (part) return part;
  }
  return null;
}
