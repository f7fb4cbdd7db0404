import { createHash } from 'node:crypto';

/**
 * The parts a release is made of, in the order in which they are written. Where two bring the same ingredient, form,
 * route or company, the row is the earlier one's. Rules come last because they may speak of anything.
 */
export const origins = ['formulary', 'medi', 'ndc', 'bdpm', 'local', 'rules'] as const;
/** Which part of a release a row belongs to. */
export type Origin = (typeof origins)[number];

/** The parts whose names each part is matched against. Never a sibling's: what comes out must not depend on the order of imports. */
export const vocabularyOf: Record<Origin, readonly Origin[]> = {
  formulary: [],
  medi: ['formulary'],
  ndc: ['formulary', 'medi'],
  bdpm: ['formulary', 'medi'],
  local: [],
  rules: ['formulary', 'medi', 'ndc', 'bdpm', 'local'],
};

/** Where a part comes from. */
export interface PartSource {
  readonly origin: Origin;
  /** SHA-256 of what it is read from. */
  readonly contentHash: string;
  readonly sourceName: string;
  /** ISO date the source speaks of. */
  readonly sourceDate: string | null;
  readonly licence: string;
}

/** How many rows of each kind a part has, and how many lines were left out. */
export type PartCounts = Readonly<Record<string, number>>;

export interface ReleasePart extends PartSource {
  readonly vocabularyHash: string;
  readonly importedAt: Date;
  readonly counts: PartCounts;
}

/** Says which content a part was matched against. */
export function vocabularyHash(
  origin: Origin,
  parts: readonly Pick<ReleasePart, 'origin' | 'contentHash'>[],
): string {
  const hash = createHash('sha256');
  for (const other of vocabularyOf[origin])
    hash.update(`${other} ${parts.find((part) => part.origin === other)?.contentHash ?? '-'}\n`);
  return hash.digest('hex');
}
