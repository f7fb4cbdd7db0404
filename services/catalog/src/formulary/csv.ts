/** Reads comma-separated text (RFC 4180) with a header row. Rows with another number of fields are an error. */
export function readCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = records(text);
  if (!header) return [];
  return rows.map((row, index) => {
    if (row.length !== header.length)
      throw new Error(`Row ${index + 2} has ${row.length} fields, the header has ${header.length}.`);
    return Object.fromEntries(header.map((name, column) => [name, row[column]!]));
  });
}

const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\r?\n|$)/gy;

function records(text: string): string[][] {
  const all: string[][] = [];
  let row: string[] = [];
  field.lastIndex = 0;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new Error(`Cannot read the field at character ${at}.`);
    row.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === ',') {
      if (field.lastIndex === text.length) row.push('');
      continue;
    }
    all.push(row);
    row = [];
  }
  if (row.length > 0) all.push(row);
  return all;
}

/** The parts of a field that holds several, separated by `|`. */
export const listOf = (value: string): string[] => value.split('|').filter(Boolean);
