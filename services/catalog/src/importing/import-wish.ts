import type { Limits } from '../release/concerns.ts';

/** What may be said about an import beside its files. */
export interface ImportWish {
  readonly limits?: Limits;
  /** ISO date the files speak of. */
  readonly sourceDate?: string | null;
}

export const sourceOf = (
  { sourceDate }: ImportWish,
  { name, licence }: { name: string; licence: string },
) => ({ sourceName: name, sourceDate: sourceDate ?? null, licence });
