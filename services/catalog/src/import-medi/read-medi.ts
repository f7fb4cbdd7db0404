import { parse } from 'csv-parse';
import type { Listener } from '../importing/listener.ts';
import { openFile } from '../importing/source-file.ts';

/** One row of the drug list. */
export interface MediRow {
  readonly line: number;
  readonly label: string;
  /** As the sources spell it. */
  readonly sourceNames: readonly string[];
  readonly codes: readonly { readonly system: string; readonly value: string }[];
  readonly approvals: readonly { readonly region: 'US' | 'EU' | 'JP'; readonly status: string }[];
}

const columns = [
  'curie_label',
  'source_ingredients',
  'approved_usa',
  'marketing_status_usa',
  'approved_europe',
  'approved_japan',
  'is_combination_therapy',
  'atc_codes',
  'unii',
  'mesh',
  'chebi',
] as const;
type Fields = Readonly<Record<string, string>>;

/** Codes that are what they claim to be; anything else in the column is left out. */
const systems = [
  ['ATC', 'atc_codes', /[A-Z]\d\d[A-Z]{2}\d\d/g],
  ['UNII', 'unii', /\b[A-Z0-9]{10}\b/g],
  ['MESH', 'mesh', /\b[CD]\d{6,9}\b/g],
  ['CHEBI', 'chebi', /\b\d{1,7}\b/g],
] as const;

/** Reads the list. Combinations are left out: their codes are those of no single substance. */
export async function readMedi(file: string, listener: Listener): Promise<MediRow[]> {
  const rows: MediRow[] = [];
  const records = openFile(file, listener.onBytes).pipe(
    parse({ bom: true, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true }),
  );
  let header: readonly string[] | undefined;
  for await (const { record, info } of records as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    if (!header) {
      header = record;
      const missing = columns.filter((name) => !record.includes(name));
      if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}.`);
      continue;
    }
    const fields: Fields = Object.fromEntries(
      header.map((name, index) => [name, record[index]?.trim() ?? '']),
    );
    const problem =
      record.length === header.length
        ? whyNot(fields)
        : `has ${record.length} fields instead of ${header.length}`;
    if (problem) listener.onLine({ kind: 'skipped', file: 'medi', line: info.lines, text: problem });
    else rows.push(rowOf(fields, info.lines));
  }
  return rows;
}

function whyNot({
  curie_label: label = '',
  is_combination_therapy: combination = '',
}: Fields): string | null {
  if (label === '') return 'no label';
  return /^true$/i.test(combination) ? `${label}: a combination` : null;
}

function rowOf(fields: Fields, line: number): MediRow {
  const list = (name: (typeof columns)[number]) =>
    (fields[name] ?? '')
      .split('|')
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    line,
    label: fields['curie_label']!,
    sourceNames: list('source_ingredients').map((name) => name.replace(/^[A-Z]+:\d+~/, '')),
    codes: systems.flatMap(([system, column, pattern]) =>
      [...new Set((fields[column] ?? '').match(pattern) ?? [])].map((value) => ({ system, value })),
    ),
    approvals: [
      ...(fields['approved_usa'] === '1'
        ? [...new Set(list('marketing_status_usa'))].map((status) => ({ region: 'US' as const, status }))
        : []),
      ...(fields['approved_europe'] === '1' ? [{ region: 'EU' as const, status: '' }] : []),
      ...(fields['approved_japan'] === '1' ? [{ region: 'JP' as const, status: '' }] : []),
    ],
  };
}
