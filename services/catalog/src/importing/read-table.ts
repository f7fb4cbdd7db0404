import { decode, readLines } from './read-lines.ts';
import { openFile } from './source-file.ts';

export type TableRow =
  | { readonly line: number; readonly fields: Readonly<Record<string, string>> }
  | { readonly line: number; readonly problem: string };

/**
 * Rows of a tab-separated file without quoting, CRLF or LF, UTF-8 or Windows-1252 line by line. `columns` names those that
 * must be there: in a file with a header they are looked for in it, in one without (`headless`) they are the columns. Quotes
 * that a spreadsheet put around a field are taken off, and fields are trimmed. Throws when a column is missing.
 */
export async function* readTable(
  file: string,
  columns: readonly string[],
  { onBytes, headless = false }: { onBytes?: (bytes: number) => void; headless?: boolean } = {},
): AsyncGenerator<TableRow> {
  let header: readonly string[] | undefined = headless ? columns : undefined;
  let line = 0;
  for await (const bytes of readLines(openFile(file, onBytes))) {
    line += 1;
    const cells = decode(bytes).split('\t').map(unquoted);
    if (!header) {
      header = cells.map((name) => name.replace(/^\uFEFF/, '').toUpperCase());
      const missing = columns.filter((name) => !header!.includes(name));
      if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}.`);
    } else if (cells.length === header.length) {
      yield { line, fields: Object.fromEntries(header.map((name, index) => [name, cells[index]!])) };
    } else if (cells.length > 1 || cells[0] !== '') {
      yield { line, problem: `has ${cells.length} fields instead of ${header.length}` };
    }
  }
}

/** A quote inside a name, as in `5" patch`, stays. */
function unquoted(cell: string): string {
  const text = cell.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text;
}
