import { writeFile } from 'node:fs/promises';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Listener, Note } from '../src/importing/listener.ts';
import type { CatalogDatabase } from './catalog-database.ts';

/** Runs an import as the catalog's administrator; answers what came of it and every line it noted. */
export async function imported<Result>(
  database: CatalogDatabase,
  run: (tx: Tx, listener: Listener) => Promise<Result>,
): Promise<{ result: Result; notes: Note[]; skipped: string[]; remarks: string[] }> {
  const notes: Note[] = [];
  const result = await database.as('admin', (tx) =>
    run(tx, { onBytes: () => {}, onLine: (note) => void notes.push(note) }),
  );
  const texts = (kind: Note['kind']) =>
    notes.filter((note) => note.kind === kind).map(({ file, line, text }) => `${file} ${line}: ${text}`);
  return { result, notes, skipped: texts('skipped'), remarks: texts('remark') };
}

/** Writes a tab-separated file; `latin1` bytes are what Windows-1252 has for French letters. */
export const writeTable = (
  path: string,
  rows: readonly (readonly string[])[],
  { encoding = 'utf8', end = '\n' }: { encoding?: 'utf8' | 'latin1'; end?: string } = {},
): Promise<void> => writeFile(path, Buffer.from(rows.map((row) => row.join('\t') + end).join(''), encoding));

/** Rows of the release in force. */
export const inRelease = <Row>(
  database: CatalogDatabase,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> =>
  database.as('app', (tx) =>
    tx.query<Row>(
      sql.replaceAll('release_in_force', '(SELECT release_id FROM reference.current_release)'),
      values,
    ),
  );
