import type { Tx } from '@carethread/bus/transaction.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import { codesAsked } from '../codes/read-code.ts';
import {
  everything,
  type Hits,
  hitsByCode,
  hitsByWords,
  type MatchReason,
  reasonOf,
  type Repairs,
} from './hits.ts';
import { closest, mayBeMisspelt } from '../text/misspelling.ts';
import { type Question, questionOf } from './question.ts';

export interface Search {
  /** What somebody typed or scanned; empty for all products in order. */
  readonly text: string;
  readonly filter: Filter;
}
/** Lists are alternatives; an empty or missing one does not limit. */
export interface Filter {
  readonly forms?: readonly string[];
  readonly routes?: readonly string[];
  readonly categories?: readonly string[];
  readonly schedules?: readonly string[];
  readonly supply?: 'rx' | 'otc';
}
/** Where a hit stands: pages go on after it, however many products are written meanwhile. */
export interface Place {
  readonly rank: number;
  readonly sortKey: string;
  readonly id: string;
}
export interface Hit extends Place {
  readonly reason: MatchReason;
}
export interface Facet {
  readonly field: string;
  readonly value: string;
  readonly count: number;
}
export interface SearchedRelease {
  readonly id: string;
  /** Folded words that forms and routes go by. */
  readonly formWords: ReadonlySet<string>;
}

/** Resolves what was asked to hits that can be paged and counted. */
export async function findHits(tx: Tx, release: SearchedRelease, { text }: Search): Promise<Hits> {
  const codes = codesAsked(text);
  if (codes) return hitsByCode(codes);
  const question = questionOf(text, release.formWords);
  if (question.names.length + question.amounts.length + question.forms.length === 0) return everything;
  return hitsByWords(question, await repairsOf(tx, release.id, question));
}

/** One page of hits in the order code, exact, prefix, synonym, misspelling. One row more than `first` if more follow. */
export async function pageOfHits(
  tx: Tx,
  release: string,
  hits: Hits,
  filter: Filter,
  page: Page<Place>,
): Promise<Hit[]> {
  const { sql, values } = filtered(hits, filter);
  const at = values.length + 2;
  const after = page.after ? [page.after.rank, page.after.sortKey, page.after.id] : [];
  const rows = await tx.query<{ rank: number; sort_key: string; id: string }>(
    `SELECT id, sort_key, rank FROM (${sql}) hits
     ${page.after ? `WHERE (rank, sort_key, id) > ($${at}::int, $${at + 1}::text, $${at + 2}::uuid)` : ''}
     ORDER BY rank, sort_key, id LIMIT $${at + after.length}::int`,
    [release, ...values, ...after, page.first + 1],
  );
  return rows.map(({ id, rank, sort_key }) => ({ id, rank, sortKey: sort_key, reason: reasonOf(rank) }));
}

/** How many hits there are of each form, category, schedule and supply. */
export async function facetsOf(tx: Tx, release: string, hits: Hits, filter: Filter): Promise<Facet[]> {
  const { sql, values } = filtered(hits, filter);
  return tx.query<Facet>(
    `SELECT CASE WHEN grouping(form_code) = 0 THEN 'form' WHEN grouping(category) = 0 THEN 'category'
              WHEN grouping(schedule) = 0 THEN 'schedule' ELSE 'supply' END AS field,
            coalesce(form_code, category, schedule, supply, 'none') AS value, count(*)::int AS count
       FROM (${sql}) hits
      GROUP BY GROUPING SETS (form_code, category, schedule, supply)
      ORDER BY 1, 3 DESC, 2`,
    [release, ...values],
  );
}

/** Only words that begin nothing in the catalog are repaired: what is spelt right is never second-guessed. */
async function repairsOf(tx: Tx, release: string, { names }: Question): Promise<Repairs> {
  const doubtful = names.filter(mayBeMisspelt);
  if (doubtful.length === 0) return new Map();
  const rows = await tx.query<{ typed: string; words: string[] | null }>(
    `SELECT typed, (SELECT array_agg(word ORDER BY word) FROM reference.search_word
                     WHERE release_id = $1 AND word % typed) AS words
       FROM unnest($2::text[]) AS typed
      WHERE NOT EXISTS (SELECT FROM reference.search_word
                         WHERE release_id = $1 AND word >= typed COLLATE "C" AND word < typed || U&'\\FFFF' COLLATE "C")`,
    [release, doubtful],
  );
  return new Map(
    rows
      .map(({ typed, words }): [string, string[]] => [typed, closest(typed, words ?? [])])
      .filter(([, words]) => words.length > 0),
  );
}

function filtered({ sql, values }: Hits, filter: Filter): Pick<Hits, 'sql' | 'values'> {
  const wanted: [string, unknown][] = [
    ['form_code = ANY (?::text[])', filter.forms],
    ['routes && ?::text[]', filter.routes],
    ['category = ANY (?::text[])', filter.categories],
    ['schedule = ANY (?::text[])', filter.schedules],
    ['supply = ?', filter.supply],
  ];
  const limits = wanted.filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
  if (limits.length === 0) return { sql, values };
  const conditions = limits.map(([condition], index) =>
    condition.replace('?', `$${values.length + 2 + index}`),
  );
  return {
    sql: `SELECT * FROM (${sql}) found WHERE ${conditions.join(' AND ')}`,
    values: [...values, ...limits.map(([, value]) => value)],
  };
}
