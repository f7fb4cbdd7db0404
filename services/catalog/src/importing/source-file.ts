import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Bytes of a file, unpacked when its name ends in .gz. `onBytes` hears how much of the file itself was read. */
export function openFile(file: string, onBytes: (bytes: number) => void = () => {}): Readable {
  const raw = createReadStream(file).on('data', (chunk) => onBytes(chunk.length));
  if (!file.endsWith('.gz')) return raw;
  const unpacked = createGunzip();
  raw.on('error', (error) => unpacked.destroy(error));
  return raw.pipe(unpacked);
}

export const sizeOf = async (file: string): Promise<number> => (await stat(file)).size;

/**
 * SHA-256 of what is in the files, packed or not. `reader` names the way they are read: when an importer learns to read
 * them better, the same files count as new content.
 */
export async function contentHash(reader: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${reader}\0`);
  for (const file of files) {
    for await (const chunk of openFile(file)) hash.update(chunk as Buffer);
    hash.update('\0');
  }
  return hash.digest('hex');
}
