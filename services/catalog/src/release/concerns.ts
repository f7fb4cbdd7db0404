import type { Tx } from '@carethread/bus/transaction.ts';
import type { ReleaseDifference } from './compare-releases.ts';
import type { Origin } from './part.ts';

/** When a new release is put into force without anybody looking. */
export interface Limits {
  /** The largest share of a part's products or packages that may go at once, 0 to 1. */
  readonly mostLost: number;
  /** Publish whatever is suspicious about it. */
  readonly acceptSuspicious: boolean;
}

/** Somebody wrote the files by hand and looked at them. */
export const reviewed: Limits = { mostLost: 1, acceptSuspicious: true };
/** A file that was cut off or filled anew shows as a loss; a month of real changes is a few in a hundred. */
export const usual: Limits = { mostLost: 0.1, acceptSuspicious: false };
/** More suspicious changes than this share of the part's products are not put into force by themselves. */
const mostSuspicious = 0.02;

/** Something about a release that a person should look at before it is in force. */
export interface Concern {
  readonly code: 'products_lost' | 'packages_lost' | 'suspicious_changes' | 'rule_without_subject';
  readonly count: number;
  /** Out of how many; null where that says nothing. */
  readonly of: number | null;
  readonly text: string;
}

export async function concernsOf(
  tx: Tx,
  release: string,
  origin: Origin,
  difference: ReleaseDifference,
  { mostLost }: Limits,
): Promise<Concern[]> {
  const part = difference.parts.filter((each) => each.origin === origin);
  const lost = (['product', 'package'] as const).flatMap((kind): Concern[] => {
    const { withdrawn = 0, before = 0 } = part.find((each) => each.kind === kind) ?? {};
    if (withdrawn <= before * mostLost) return [];
    return [
      {
        code: `${kind}s_lost`,
        count: withdrawn,
        of: before,
        text: `${withdrawn} of ${before} ${kind}s of the part ${origin} would go.`,
      },
    ];
  });
  const products = part.find(({ kind }) => kind === 'product')?.before ?? 0;
  const doubtful = part.reduce((sum, { suspicious }) => sum + suspicious, 0);
  const orphans = await rulesWithoutSubject(tx, release);
  return [
    ...lost,
    ...(products > 0 && doubtful > products * mostSuspicious
      ? [
          {
            code: 'suspicious_changes' as const,
            count: doubtful,
            of: products,
            text: `${doubtful} changes are suspicious: look at the report.`,
          },
        ]
      : []),
    ...(orphans.length > 0
      ? [
          {
            code: 'rule_without_subject' as const,
            count: orphans.length,
            of: null,
            text: `Rules name what the release has not: ${orphans.slice(0, 10).join(', ')}.`,
          },
        ]
      : []),
  ];
}

/** Rules that can never apply because an ingredient or class of theirs is gone: a silent gap in every check. */
async function rulesWithoutSubject(tx: Tx, release: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `WITH known AS (
       SELECT 'ingredient:' || code AS subject FROM reference.ingredient WHERE release_id = $1
       UNION ALL SELECT 'class:' || code FROM reference.ingredient_class WHERE release_id = $1
       UNION ALL SELECT code FROM reference.other_allergen WHERE release_id = $1)
     SELECT DISTINCT id FROM (
       SELECT id, unnest(ARRAY[a, b]) AS subject FROM reference.interaction_rule WHERE release_id = $1
       UNION ALL SELECT id, unnest(ARRAY[allergy_to, applies_to]) FROM reference.allergy_rule WHERE release_id = $1
       UNION ALL SELECT id, subject FROM reference.contraindication_rule WHERE release_id = $1
       UNION ALL SELECT id, subject FROM reference.duplicate_rule WHERE release_id = $1) named
      WHERE subject NOT IN ('same', 'ingredient:*', 'class:*') AND subject NOT IN (SELECT subject FROM known)
      ORDER BY id`,
    [release],
  );
  return rows.map(({ id }) => id);
}
