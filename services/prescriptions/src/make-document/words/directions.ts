import type { Dose, Line } from '../../line.ts';
import { decimalInWords, wholeInWords } from './number-in-words.ts';

/** How a line is to be taken, in one sentence; null when the doctor gave no dose, no route and no duration. */
export function directions({
  dose,
  route,
  durationDays,
}: Pick<Line, 'dose' | 'route' | 'durationDays'>): string | null {
  const parts = [
    dose && doseInWords(dose),
    route && (routes.get(route.toLowerCase()) ?? route),
    durationDays !== null && `for ${counted(durationDays, 'day')}`,
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? null : `${capitalised(parts.join(', '))}.`;
}

/** A number in figures and in words, so that neither can be changed without the other. */
export const quantityInWords = ({
  quantity,
  quantityUnit,
}: Pick<Line, 'quantity' | 'quantityUnit'>): string =>
  `${quantity} (${wholeInWords(quantity)}) ${quantityUnit}`;

export const repeatsInWords = (repeats: number): string =>
  repeats === 0 ? 'None' : capitalised(times(repeats));

const routes = new Map([
  ['oral', 'by mouth'],
  ['rectal', 'into the rectum'],
  ['topical', 'on the skin'],
  ['ophthalmic', 'into the eye'],
  ['otic', 'into the ear'],
  ['nasal', 'into the nose'],
  ['inhalation', 'by inhaling'],
  ['sublingual', 'under the tongue'],
]);

const doseInWords = ({ amount, unit, perDay }: Dose): string =>
  `${amount} (${decimalInWords(amount)}) ${unit} ${howOften(perDay)}`;

/** A frequency as people say it. What is neither a number of times a day nor one in some days stays a decimal number. */
function howOften(perDay: number): string {
  if (Number.isInteger(perDay)) return `${times(perDay)} a day`;
  const everyDays = 1 / perDay;
  // A week as 0.142857 is a week.
  if (perDay < 1 && Math.abs(everyDays - Math.round(everyDays)) < 0.01)
    return everyNDays(Math.round(everyDays));
  const perWeek = perDay * 7;
  if (perDay < 1 && Math.abs(perWeek - Math.round(perWeek)) < 0.01)
    return `${times(Math.round(perWeek))} a week`;
  return `${perDay} times a day`;
}

function everyNDays(days: number): string {
  if (days === 2) return 'every second day';
  return days === 7 ? 'once a week' : `once every ${days} days`;
}

function times(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${wholeInWords(count)} times`;
}

/** A number and what it counts stay on one line. */
const counted = (count: number, what: string): string => `${count}\u00a0${what}${count === 1 ? '' : 's'}`;
const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
