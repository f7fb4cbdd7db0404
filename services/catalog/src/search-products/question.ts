import { decimalText, exact } from '../amount/exact.ts';
import { unitName, unitOf } from '../amount/unit.ts';
import { wordsOf } from '../text/fold.ts';

/** What somebody typed, taken apart. */
export interface Question {
  /** Words of names, as typed; they match the beginning of a word. */
  readonly names: readonly string[];
  /** `500mg`, `5`, `1%`: matched as a whole or not at all. */
  readonly amounts: readonly string[];
  /** Words for forms and routes: matched as a whole. */
  readonly forms: readonly string[];
}

const connectors = new Set(['and', 'with', 'of', 'the', 'for', 'in', 'per', 'y', 'et', 'und']);
const number = String.raw`(?:\d[\d.,]*\d|\d|[.,]\d+)`;
/** A number that stands alone or before a unit, or a unit alone after a slash: `5 mg`, `.5mg`, `250`, `/mL`. */
const amount = new RegExp(
  String.raw`(?:(?<![\p{Letter}\d])(${number})\s*(%|\p{Letter}+\.?)?|/\s*(\p{Letter}+))(?![\p{Letter}\d])`,
  'gu',
);

/** Takes a question apart. `formWords` are the words that forms and routes go by. */
export function questionOf(text: string, formWords: ReadonlySet<string>): Question {
  const amounts: string[] = [];
  const rest = text.replace(amount, (all: string, digits?: string, unit?: string, perUnit?: string) => {
    if (perUnit !== undefined) return isMeasure(perUnit) ? (amounts.push(`1${unitName(perUnit)}`), ' ') : all;
    const value = exact(withoutSeparators(digits!));
    if (!value) return all;
    const spelled = unit?.replace(/\.$/, '') ?? '';
    const measured = spelled === '%' || isMeasure(spelled);
    amounts.push(decimalText(value) + (measured ? (spelled === '%' ? '%' : unitName(spelled)) : ''));
    return measured ? ' ' : ` ${unit ?? ''} `;
  });
  const words = wordsOf(rest).filter((word) => !connectors.has(word) && !isMeasure(word));
  const isForm = (word: string) => formWords.has(word) || formWords.has(word.replace(/s$/, ''));
  return {
    names: words.filter((word) => !isForm(word)),
    amounts: [...new Set(amounts)],
    forms: words.filter(isForm).map((word) => (formWords.has(word) ? word : word.replace(/s$/, ''))),
  };
}

/** Names of pieces (`tablet`) count as forms, not as measures. */
const isMeasure = (word: string): boolean => {
  const unit = unitOf(word);
  return unit !== null && unit.dimension !== 'count';
};

/** `1,000` is a thousand, `1,5` is one and a half. */
const withoutSeparators = (digits: string): string =>
  /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits) ? digits.replaceAll(',', '') : digits.replace(',', '.');
