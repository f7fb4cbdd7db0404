import type { Tx } from '@carethread/bus/transaction.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import { codesAsked } from '../codes/read-code.ts';
import type { MatchReason } from '../generated/graphql.ts';

export interface Search {
  /** What somebody typed or scanned; empty for all products in order. */
  readonly text: string;
  readonly filter: Filter;
  /** ISO 639-1: of several names that match, one in this language is shown. */
  readonly language?: string | null;
}
/** Fields of facets with the values wanted. Values are alternatives; an empty list does not limit. */
export type Filter = { readonly [Field in FilterField]?: readonly string[] } & {
  /** Also what is no longer sold. */
  readonly ended?: boolean;
};
export type FilterField =
  'form' | 'route' | 'category' | 'class' | 'company' | 'supply' | 'schedule' | 'jurisdiction';

/** Where a hit stands: pages go on after it in the release they began in, whatever is published meanwhile. */
export interface Place {
  readonly release: string;
  readonly tier: number;
  readonly place: number;
}
export interface Hit extends Place {
  readonly id: string;
  readonly reason: MatchReason;
  /** The name or code that matched. */
  readonly matched: string | null;
  readonly preselectable: boolean;
  /** Names that are easily taken for one of its ingredients. */
  readonly lookAlikes: readonly string[];
}
export interface Facet {
  readonly field: string;
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

const page = `SELECT release_id AS release, tier, place, product_id AS id, reason, matched, preselectable,
    look_alikes AS "lookAlikes"
  FROM reference.search_products($1, $2, $3, $4, $5, $6)`;
const facets = `SELECT field, value, label, hits AS count FROM reference.search_facets($1, $2, $3)`;

/** One page of hits, the best first; one more than `first` if more follow. Everything happens in the database, in one call. */
export async function searchProducts(
  tx: Tx,
  { text, filter, language }: Search,
  { first, after }: Page<Place>,
): Promise<Hit[]> {
  const codes = codesAsked(text);
  // A code with a wrong check digit is no name, either: it finds nothing.
  if (codes?.length === 0) return [];
  const place = after && JSON.stringify([after.release, after.tier, after.place]);
  return tx
    .query<Hit>(page, [text, JSON.stringify(filter), first, place, codes ?? [], language ?? null])
    .catch(sayGone);
}

/** How many hits have which value, at most 50 of each field. A field's own filter does not count for its values. */
export async function searchFacets(tx: Tx, { text, filter }: Search): Promise<Facet[]> {
  const codes = codesAsked(text);
  if (codes?.length === 0) return [];
  return tx.query<Facet>(facets, [text, JSON.stringify(filter), codes ?? []]);
}

/** SQLSTATE no_data_found: the release in which the list began was removed. */
export function sayGone(error: unknown): never {
  if ((error as { code?: unknown }).code === 'P0002')
    throw badInput('after belongs to a list that is out of date: begin again.');
  throw error;
}
