import { parse } from 'csv-parse/sync';

/** Reads comma-separated text (RFC 4180) with a header row. Rows with another number of fields are an error. */
export const readCsv = (text: string): Record<string, string>[] =>
  parse<Record<string, string>>(text, { columns: true, bom: true, skip_empty_lines: true });

/** The parts of a field that holds several, separated by `|`. */
export const listOf = (value: string): string[] => value.split('|').filter(Boolean);
