import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '@carethread/service-kit/config.ts';
import { z } from 'zod';

/** Texts of documents by their SHA-256 in hexadecimal, as code generators for clients write them. */
export type Registry = ReadonlyMap<string, string>;

const fileSchema = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string());

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The documents of several files: those of former releases of a client stay as long as somebody uses them. Throws a
 * ConfigError for a file that cannot be read, or in which a text has another hash than it says.
 */
export const readRegistry = (files: readonly string[]): Registry =>
  registryOf(
    files,
    files.map((file) => {
      try {
        return readFileSync(file, 'utf8');
      } catch (error) {
        throw refused(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
    }),
  );

/** The texts of the files now; null when one of them is not there. */
export const textsOf = (files: readonly string[]): Promise<string[] | null> =>
  Promise.all(files.map((file) => readFile(file, 'utf8'))).catch(() => null);

/** The documents in these texts of these files. Throws as `readRegistry` does. */
export const registryOf = (files: readonly string[], texts: readonly string[]): Registry =>
  new Map(files.flatMap((file, at) => Object.entries(documentsIn(file, texts[at]!))));

const refused = (file: string, why: string) =>
  new ConfigError(`The registry of trusted documents ${file} ${why}.`);

function documentsIn(file: string, text: string): Record<string, string> {
  const refuse = (why: string) => refused(file, why);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw refuse('cannot be read (not JSON)');
  }
  const documents = fileSchema.safeParse(content);
  if (!documents.success) throw refuse('is not an object of texts by their SHA-256');
  const wrong = Object.entries(documents.data).find(([hash, document]) => sha256(document) !== hash);
  if (wrong) throw refuse(`has a text that is not the one of ${wrong[0]}`);
  return documents.data;
}
