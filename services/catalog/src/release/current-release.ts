import type { Tx } from '@carethread/bus/transaction.ts';
import { type LoadedRelease, loadRules } from './load-rules.ts';

/** There is no release in force yet: nothing can be searched or checked. */
export class NoRelease extends Error {
  override name = 'NoRelease';
  constructor() {
    super('The catalog has no release yet. Load the formulary first.');
  }
}

export interface CurrentRelease {
  /** The release in force for this transaction. Costs one row; the rules are read once per release. */
  read(tx: Tx): Promise<LoadedRelease>;
}

const inForce = 'SELECT release_id AS id FROM reference.current_release';

/** Keeps the rules of the release in force in memory, and follows when another one is published. */
export function currentRelease(): CurrentRelease {
  let kept: { id: string; loading: Promise<LoadedRelease | null> } | undefined;
  return {
    async read(tx) {
      const [row] = await tx.query<{ id: string }>(inForce);
      if (!row) throw new NoRelease();
      if (kept?.id !== row.id) kept = { id: row.id, loading: loadRules(tx, row.id) };
      const mine = kept;
      try {
        const release = await mine.loading;
        if (release) return release;
        throw new NoRelease();
      } catch (error) {
        // What failed for one transaction is read anew for the next.
        if (kept === mine) kept = undefined;
        throw error;
      }
    },
  };
}
