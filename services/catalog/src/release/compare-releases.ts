import type { Tx } from '@carethread/bus/transaction.ts';
import { differences } from './differences.ts';
import type { Origin } from './part.ts';

export const comparedKinds = ['ingredient', 'package', 'product', 'rule'] as const;
/** What is compared one by one. */
export type ComparedKind = (typeof comparedKinds)[number];

/** How one kind of thing in one part differs. */
export interface PartDifference {
  readonly kind: ComparedKind;
  readonly origin: Origin;
  /** How many there were and are. */
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  /** How many of the changed and withdrawn ones somebody should look at. */
  readonly suspicious: number;
}
export interface ReleaseDifference {
  readonly parts: readonly PartDifference[];
}

/** How many of each kind and part differ between two releases; `before` null compares with nothing. */
export async function compareReleases(
  tx: Tx,
  before: string | null,
  after: string,
): Promise<ReleaseDifference> {
  const parts = await tx.query<PartDifference>(
    `SELECT kind, origin, count(before)::int AS before, count(after)::int AS after,
            count(*) FILTER (WHERE change = 'added')::int AS added,
            count(*) FILTER (WHERE change = 'changed')::int AS changed,
            count(*) FILTER (WHERE change = 'withdrawn')::int AS withdrawn,
            count(suspicious)::int AS suspicious
       FROM (${differences}) each GROUP BY kind, origin ORDER BY kind, origin`,
    [before, after],
  );
  return { parts };
}

/** The sums over all parts of one kind. */
export function totalsOf({ parts }: ReleaseDifference, kind: ComparedKind) {
  const sum = (field: 'added' | 'changed' | 'withdrawn' | 'suspicious') =>
    parts.filter((part) => part.kind === kind).reduce((total, part) => total + part[field], 0);
  return {
    added: sum('added'),
    changed: sum('changed'),
    withdrawn: sum('withdrawn'),
    suspicious: sum('suspicious'),
  };
}

/** One thing that is not in both releases, or not the same. */
export interface Difference {
  readonly kind: ComparedKind;
  readonly id: string;
  readonly origin: Origin;
  readonly name: string;
  readonly change: 'added' | 'changed' | 'withdrawn';
  /** Why somebody should look at it; null when there is no reason to. */
  readonly suspicious: Suspicion | null;
  /** The fields that differ, or all of what is new or gone. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}
export type Suspicion =
  | 'reviewed_ingredient_lost'
  | 'schedule_dropped'
  | 'prescription_dropped'
  | 'strength_changed'
  | 'price_jump'
  | 'rule_weakened';

export interface DifferencePlace {
  readonly kind: string;
  readonly id: string;
}

/** The differences in the order of kind and id, after a place, at most `limit`. */
export const listDifferences = (
  tx: Tx,
  before: string,
  after: string,
  wish: { after: DifferencePlace | null; limit: number; suspiciousOnly?: boolean },
): Promise<Difference[]> =>
  tx.query<Difference>(
    `SELECT kind, id, origin, name, change, suspicious, before, after FROM (${differences}) each
      WHERE change <> 'same' AND (kind COLLATE "C", id COLLATE "C") > ($3::text, $4::text)
        AND (suspicious IS NOT NULL OR NOT $5::boolean)
      ORDER BY kind COLLATE "C", id COLLATE "C" LIMIT $6`,
    [before, after, wish.after?.kind ?? '', wish.after?.id ?? '', wish.suspiciousOnly ?? false, wish.limit],
  );
