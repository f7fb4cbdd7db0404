/** What a GS1 code on a package says, beside which article it is. */
export interface Elements {
  /** 14 digits, unchecked. */
  readonly gtin: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  /** YYMMDD; the day 00 means the last one of the month. */
  readonly expiry: string | null;
  /** National numbers (AI 710 to 717), such as a CIP13. */
  readonly national: readonly string[];
}

const separator = '\u001d';
/** Length of what follows an application identifier, where it is fixed (GS1 General Specifications, 7.8.5-2). */
const fixed: Record<string, number> = {
  '01': 14,
  '02': 14,
  '11': 6,
  '12': 6,
  '13': 6,
  '15': 6,
  '16': 6,
  '17': 6,
  '20': 2,
};
/** Most signs of those that end with FNC1 or with the code. */
const variable: Record<string, number> = {
  '10': 20,
  '21': 20,
  '22': 20,
  '30': 8,
  '37': 8,
  '240': 30,
  '241': 30,
};
for (let ai = 710; ai <= 717; ai += 1) variable[ai] = 20;

/**
 * Reads a GS1 element string from a DataMatrix or GS1-128: `(01)…(17)…(10)…` as printed, or as a scanner sends it, with
 * FNC1 as a group separator and perhaps a symbology identifier before it. Null when it is none. When a scanner dropped the
 * separators and a lot may have swallowed what follows it, the lot is left out rather than wrong.
 */
export function elementsOf(text: string): Elements | null {
  const raw = text.trim().replace(/^\](d2|C1|Q3|J1)/, '');
  const pairs = raw.startsWith('(') ? bracketed(raw) : unbracketed(raw);
  if (!pairs) return null;
  const of = (ai: string) => pairs.find(([name]) => name === ai)?.[1] ?? null;
  const elements = {
    gtin: of('01'),
    lot: of('10'),
    serial: of('21'),
    expiry: of('17'),
    national: pairs.filter(([ai]) => /^71\d$/.test(ai)).map(([, value]) => value),
  };
  return elements.gtin !== null || elements.national.length > 0 ? elements : null;
}

type Pairs = (readonly [ai: string, value: string])[];

function bracketed(text: string): Pairs | null {
  const pairs: Pairs = [];
  const rest = text.replace(/\((\d{2,4})\)([^()]*)/g, (_, ai: string, value: string) => {
    pairs.push([ai, value.replaceAll(separator, '').trim()]);
    return '';
  });
  const sound = pairs.every(([ai, value]) =>
    fixed[ai] === undefined
      ? value.length <= (variable[ai] ?? 90)
      : new RegExp(`^\\d{${fixed[ai]}}$`).test(value),
  );
  return rest.trim() === '' && sound ? pairs : null;
}

function unbracketed(text: string): Pairs | null {
  const pairs: Pairs = [];
  const separated = text.includes(separator);
  let rest = text;
  while (rest !== '') {
    if (rest.startsWith(separator)) {
      rest = rest.slice(1);
      continue;
    }
    const ai = [2, 3].map((length) => rest.slice(0, length)).find((each) => fixed[each] ?? variable[each]);
    if (!ai) return null;
    rest = rest.slice(ai.length);
    const length = fixed[ai];
    const end = rest.indexOf(separator);
    const value = length ? rest.slice(0, length) : rest.slice(0, end < 0 ? undefined : end);
    if (length ? !/^\d+$/.test(value) || value.length < length : value === '' || value.length > variable[ai]!)
      return null;
    rest = rest.slice(value.length);
    if (length || separated || !/.(10|17|21)./.test(value)) pairs.push([ai, value]);
  }
  // Two digits alone are too little to tell an element string from any other number.
  return text.startsWith('01') || separated ? pairs : null;
}

/**
 * YYMMDD as an ISO date. The century is the one that brings it nearest to `today` (GS1 General Specifications, 7.12). Null
 * when there is no such day.
 */
export function elementDate(yymmdd: string, today: Date): string | null {
  const parts = /^(\d\d)(\d\d)(\d\d)$/.exec(yymmdd);
  if (!parts) return null;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  const thisYear = today.getUTCFullYear();
  const ahead = year - (thisYear % 100);
  const century = Math.floor(thisYear / 100) + (ahead >= 51 ? -1 : ahead <= -50 ? 1 : 0);
  const date = new Date(Date.UTC(century * 100 + year, day === 0 ? month : month - 1, day));
  const right = date.getUTCMonth() === month - 1 && month >= 1;
  return right ? date.toISOString().slice(0, 10) : null;
}
