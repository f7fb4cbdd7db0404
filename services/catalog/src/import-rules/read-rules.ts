import { text as textOf } from 'node:stream/consumers';
import { z } from 'zod';
import type { Listener } from '../importing/listener.ts';
import { openFile } from '../importing/source-file.ts';
import {
  documentHead,
  type Entries,
  type EntryKind,
  entryKinds,
  type RulesDocument,
} from './rules-document.ts';

/** An entry with the line it begins in, as far as its name gives it away. */
export interface Placed<Entry> {
  readonly entry: Entry;
  readonly line: number;
}
export type PlacedEntries = { readonly [Kind in EntryKind]: readonly Placed<Entries[Kind][number]>[] };

/**
 * Reads a document of rules. Throws when it is none or does not say where it is from; an entry that is not as the format
 * wants it is left out and reported.
 */
export async function readRules(
  file: string,
  listener: Listener,
): Promise<{ source: RulesDocument['source']; entries: PlacedEntries }> {
  const json = await textOf(openFile(file, listener.onBytes));
  const head = documentHead.safeParse(parsed(file, json));
  if (!head.success)
    throw new Error(`${file} is no document of clinical rules:\n${z.prettifyError(head.error)}`);
  const lineOf = lineFinder(json);
  const read = (kind: EntryKind) =>
    head.data[kind].flatMap((raw) => {
      const [field, name] = nameOf(raw);
      const line = lineOf(field, name);
      const entry = entryKinds[kind].safeParse(raw);
      if (entry.success) return [{ entry: entry.data, line }];
      const problem = z.prettifyError(entry.error).replaceAll(/\s+/g, ' ');
      listener.onLine({ kind: 'skipped', file: kind, line, text: `${name || 'nameless'}: ${problem}` });
      return [];
    });
  return {
    source: head.data.source,
    entries: Object.fromEntries(
      (Object.keys(entryKinds) as EntryKind[]).map((kind) => [kind, read(kind)]),
    ) as unknown as PlacedEntries,
  };
}

function parsed(file: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new Error(`${file} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** What an entry goes by: the field and its value. */
function nameOf(raw: unknown): [field: string, name: string] {
  const fields = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const field = ['id', 'code', 'a'].find((each) => typeof fields[each] === 'string');
  return field ? [field, fields[field] as string] : ['', ''];
}

/** Finds names in the text one after the other, so that one that stands there twice is found twice. */
function lineFinder(json: string) {
  const seen = new Map<string, number>();
  return (field: string, name: string): number => {
    if (name === '') return 0;
    const named = new RegExp(`"${field}"\\s*:\\s*${literal(JSON.stringify(name))}`, 'g');
    named.lastIndex = seen.get(named.source) ?? 0;
    const found = named.exec(json);
    if (!found) return 0;
    seen.set(named.source, named.lastIndex);
    return json.slice(0, found.index).split('\n').length;
  };
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
