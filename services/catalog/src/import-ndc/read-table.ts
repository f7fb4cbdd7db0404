import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export type TableRow =
  | { readonly line: number; readonly fields: Readonly<Record<string, string>> }
  | { readonly line: number; readonly problem: string };

/** Bytes of a file, unpacked when its name ends in .gz. `onBytes` hears how much of the file itself was read. */
function open(file: string, onBytes: (bytes: number) => void): Readable {
  const raw = createReadStream(file).on('data', (chunk) => onBytes(chunk.length));
  if (!file.endsWith('.gz')) return raw;
  const unpacked = createGunzip();
  raw.on('error', (error) => unpacked.destroy(error));
  return raw.pipe(unpacked);
}

export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

/** The content, chunk by chunk, for a checksum. */
export async function eachChunk(file: string, use: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of open(file, () => {})) use(chunk as Buffer);
}

/**
 * Rows of a tab-separated file with a header, as the FDA publishes them: no quoting, CRLF or LF, UTF-8 or Windows-1252
 * line by line. Fields are trimmed. Throws when a column of `columns` is missing.
 */
export async function* readTable(
  file: string,
  columns: readonly string[],
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<TableRow> {
  let header: string[] | undefined;
  let line = 0;
  for await (const bytes of lines(open(file, onBytes))) {
    line += 1;
    const cells = decode(bytes)
      .split('\t')
      .map((cell) => cell.trim());
    if (!header) {
      header = cells.map((name) => name.replace(/^\uFEFF/, ''));
      const missing = columns.filter((name) => !header!.includes(name));
      if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}.`);
    } else if (cells.length === header.length) {
      yield { line, fields: Object.fromEntries(header.map((name, index) => [name, cells[index]!])) };
    } else if (cells.length > 1 || cells[0] !== '') {
      yield { line, problem: `has ${cells.length} fields instead of ${header.length}` };
    }
  }
}

async function* lines(stream: Readable): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, bytes[end - 1] === 13 ? end - 1 : end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield rest;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const windows1252 = new TextDecoder('windows-1252');

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return windows1252.decode(bytes);
  }
}
