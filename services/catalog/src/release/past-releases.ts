import type { Tx } from '@carethread/bus/transaction.ts';
import { type LoadedRelease, loadRules } from './load-rules.ts';

export interface PastReleases {
  /** A release by its id, in force or not; null when there is none. */
  read(tx: Tx, id: string): Promise<LoadedRelease | null>;
}

/** Keeps the rules of the few releases that were asked for last. */
export function pastReleases(keep = 2): PastReleases {
  const kept = new Map<string, LoadedRelease>();
  return {
    async read(tx, id) {
      const known = kept.get(id);
      if (known) return known;
      const release = await loadRules(tx, id);
      if (!release) return null;
      const [oldest] = kept.keys();
      if (oldest !== undefined && kept.size >= keep) kept.delete(oldest);
      kept.set(id, release);
      return release;
    },
  };
}
