import type { Tx } from '@carethread/bus/transaction.ts';
import { type ComparedKind, comparedKinds, differencesIn } from './differences.ts';
import type { Origin } from './part.ts';

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
  const parts: PartDifference[] = [];
  for (const kind of comparedKinds)
    parts.push(
      ...(await tx.query<PartDifference>(
        `SELECT kind, origin, count(before)::int AS before, count(after)::int AS after,
                count(*) FILTER (WHERE change = 'added')::int AS added,
                count(*) FILTER (WHERE change = 'changed')::int AS changed,
                count(*) FILTER (WHERE change = 'withdrawn')::int AS withdrawn,
                count(suspicious)::int AS suspicious
           FROM (${differencesIn(kind)}) each GROUP BY kind, origin ORDER BY origin`,
        [before, after],
      )),
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
export async function listDifferences(
  tx: Tx,
  before: string,
  after: string,
  wish: { after: DifferencePlace | null; limit: number; suspiciousOnly?: boolean },
): Promise<Difference[]> {
  const listed: Difference[] = [];
  const place = wish.after;
  for (const kind of comparedKinds.filter((each) => !place || each >= place.kind)) {
    const rest = wish.limit - listed.length;
    if (rest <= 0) break;
    listed.push(
      ...(await tx.query<Difference>(
        `SELECT kind, id, origin, name, change, suspicious, before, after FROM (${differencesIn(kind)}) each
          WHERE change <> 'same' AND id COLLATE "C" > $3::text AND (suspicious IS NOT NULL OR NOT $4::boolean)
          ORDER BY id COLLATE "C" LIMIT $5`,
        [before, after, kind === place?.kind ? place.id : '', wish.suspiciousOnly ?? false, rest],
      )),
    );
  }
  return listed;
}
