import type { LineId } from '@carethread/contracts/ids.ts';
import { foldLot } from '@carethread/contracts/lot.ts';
import { Refusal, refuse, type UserError } from '@carethread/service-kit/refusal.ts';
import type { Lot, PreparationId } from '../fill.ts';
import type { Line } from '../line.ts';
import type { Prescription } from '../prescription.ts';
import type { ProductWithdrawal } from './product-withdrawal.ts';

type Substituted = Pick<Lot, 'substitution'>;
/** What is in the patient's hand: the substitute, where there is one. Null when nobody said which product that is. */
export const productGiven = (line: Pick<Line, 'productId'> | undefined, { substitution }: Substituted) =>
  substitution ? substitution.productId : (line?.productId ?? null);

/** What speaks against this product, or this lot of it, now; nothing when it may go out. Without a lot: the whole product. */
export const stopping = (
  withdrawals: readonly ProductWithdrawal[],
  productId: string | null,
  now: Date,
  lot?: string,
): ProductWithdrawal | undefined =>
  withdrawals.find(
    (each) =>
      each.productId === productId &&
      each.effectiveFrom <= now &&
      (each.lots === null || (lot !== undefined && each.lots.includes(foldLot(lot)))),
  );

const classes = ['I', 'II', 'III'];
/** `The product is recalled (class I).` */
export function told({ kind, lots, recallClass }: ProductWithdrawal): string {
  const grade = recallClass === null ? '' : ` (class ${classes[recallClass - 1]})`;
  return `${lots === null ? 'The product' : 'This lot'} is ${kind}${grade}.`;
}
function wayOn({ lots }: ProductWithdrawal, line: Line | undefined): string {
  if (lots !== null) return 'Take another lot.';
  return line?.substitutionAllowed
    ? 'Prepare an equivalent product as a substitution, or ask the doctor.'
    : 'The doctor has to prescribe another product.';
}

const refusal = (errors: readonly UserError[]): Refusal | null =>
  errors.length > 0 ? new Refusal(errors) : null;

/** Why these lines cannot be signed: a product of theirs is not to be had. */
export const checkProducts = (
  lines: readonly Line[],
  withdrawals: readonly ProductWithdrawal[],
  now: Date,
): Refusal | null =>
  refusal(
    lines.flatMap((line, i): UserError[] => {
      const found = stopping(withdrawals, line.productId, now);
      if (!found) return [];
      const message = `${told(found)} Choose another one, such as an equivalent of it.`;
      return [{ code: 'BLOCKED', message, path: ['lines', String(i), 'productId'] }];
    }),
  );

/** Why these lots must not be prepared. */
export const checkLots = (
  { lines, withdrawals }: Prescription,
  entries: readonly { lineId: LineId; lots: readonly Lot[] }[],
  now: Date,
): Refusal | null =>
  refusal(
    entries.flatMap(({ lineId, lots }, i) =>
      lots.flatMap((lot, k): UserError[] => {
        const line = lines.find(({ id }) => id === lineId);
        const found = stopping(withdrawals, productGiven(line, lot), now, lot.lot);
        if (!found) return [];
        const field = found.lots === null ? [] : ['lot'];
        const path = ['input', 'lines', String(i), 'lots', String(k), ...field];
        return [{ code: 'BLOCKED', message: `${told(found)} ${wayOn(found, line)}`, path }];
      }),
    ),
  );

/** Why what stands ready must not be handed over. */
export const checkReady = (
  { lines, fills, withdrawals }: Prescription,
  items: readonly { preparationId: PreparationId }[],
  now: Date,
): Refusal | null =>
  refusal(
    items.flatMap(({ preparationId }, i): UserError[] => {
      const ready = fills.flatMap((fill) => fill.preparations).find(({ id }) => id === preparationId);
      const line = lines.find(({ id }) => id === ready?.lineId);
      const found = ready && stopping(withdrawals, productGiven(line, ready), now, ready.lot);
      if (!found) return [];
      const path = ['input', 'items', String(i), 'preparationId'];
      return [{ code: 'BLOCKED', message: `${told(found)} ${wayOn(found, line)}`, path }];
    }),
  );

/** Why a further fill makes no sense: what it is for is not to be had, and nothing may stand in for it. */
export function checkNextFill(
  lines: readonly Line[],
  withdrawals: readonly ProductWithdrawal[],
  now: Date,
): Refusal | null {
  for (const line of lines) {
    const found = !line.substitutionAllowed && stopping(withdrawals, line.productId, now);
    if (found) return refuse('BLOCKED', `${told(found)} Ask the doctor for another prescription.`);
  }
  return null;
}

/** A lot that a patient was given. */
export interface Given {
  readonly lineId: LineId;
  readonly productId: string | null;
  readonly lot: string;
}

/** Whether a withdrawal is about this product and, when it is about lots, this one. */
export const isAbout = ({ productId, lots }: ProductWithdrawal, given: Omit<Given, 'lineId'>): boolean =>
  given.productId === productId && (lots === null || lots.includes(foldLot(given.lot)));

/**
 * What a withdrawal means for a prescription, for its parties to hear: lines of which something does not go out any more,
 * and, of a recall, lines of which the patient has some already.
 */
export function touchedBy(
  withdrawal: ProductWithdrawal,
  { lines, fills }: Prescription,
  given: readonly Given[],
  inForce: boolean,
): Partial<Record<'stopped' | 'received', LineId[]>> {
  const lineOf = (id: LineId) => lines.find((line) => line.id === id);
  const isAwaited = ({ id, repeats }: Line) =>
    repeats > 0 ||
    !fills.some((fill) => fill.lines.some((each) => each.lineId === id && each.handedOver === each.quantity));
  const ready = fills.flatMap((fill) => (fill.status === 'open' ? fill.preparations : []));
  const stopped = new Set([
    ...ready.flatMap((each) =>
      isAbout(withdrawal, { productId: productGiven(lineOf(each.lineId), each), lot: each.lot })
        ? [each.lineId]
        : [],
    ),
    ...(withdrawal.lots === null && inForce
      ? lines.flatMap((line) => (line.productId === withdrawal.productId && isAwaited(line) ? [line.id] : []))
      : []),
  ]);
  const received =
    withdrawal.kind === 'recalled'
      ? new Set(given.flatMap((each) => (isAbout(withdrawal, each) ? [each.lineId] : [])))
      : new Set<LineId>();
  return {
    ...(stopped.size > 0 && { stopped: [...stopped] }),
    ...(received.size > 0 && { received: [...received] }),
  };
}
