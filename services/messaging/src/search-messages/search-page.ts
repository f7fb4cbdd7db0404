import { isId } from '@carethread/contracts/ids.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { configurationOf, type Language } from '../language.ts';

/** What is looked for. */
export interface Search {
  readonly query: string;
  readonly language: Language | null;
  /** In one thread only; null: in all. */
  readonly threadId: string | null;
}

/** Something found, with a piece of its text. */
export interface Hit {
  readonly id: string;
  readonly kind: 'message' | 'note';
  readonly snippet: string;
}

// No text has them: they are control characters.
const [open, close] = ['\u0001', '\u0002'];
const headline = `StartSel="${open}", StopSel="${close}", MaxFragments=2, MaxWords=20, MinWords=5, FragmentDelimiter=" \u2026 "`;
const newest = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Messages and notes with these words that the current actor may read now, newest first; one more than the page holds if
 * more follow. Texts are read under row security: what may not be read any more is not answered.
 */
export async function searchPage(
  prisma: PrismaClient,
  { query, language, threadId }: Search,
  { first, after }: Page<string>,
): Promise<Hit[]> {
  if (threadId !== null && !isId(threadId)) return [];
  const stems = configurationOf(language);
  return prisma.$queryRaw<Hit[]>`SELECT hit.id, hit.kind, ts_headline(${stems}::regconfig, found.body,
      websearch_to_tsquery('search_simple', ${query}) || websearch_to_tsquery(${stems}::regconfig, ${query}),
      ${headline}) AS snippet
    FROM search_hits(${query}, ${stems}::regconfig, ${threadId}::uuid, ${after ?? newest}::uuid, ${first + 1}::int) AS hit
    CROSS JOIN LATERAL (
      SELECT body FROM message WHERE message.id = hit.id AND body IS NOT NULL
      UNION ALL SELECT body FROM note WHERE note.id = hit.id AND body IS NOT NULL
    ) AS found
    ORDER BY hit.id DESC`;
}

/** A piece of a snippet, and whether it is one of the words looked for. */
export interface SnippetPart {
  readonly text: string;
  readonly match: boolean;
}

export const snippetParts = (snippet: string): SnippetPart[] =>
  snippet.split(open).flatMap((piece, at) => {
    if (at === 0) return part(piece, false);
    const [word = '', rest = ''] = piece.split(close);
    return [...part(word, true), ...part(rest, false)];
  });
const part = (text: string, match: boolean): SnippetPart[] => (text === '' ? [] : [{ text, match }]);
