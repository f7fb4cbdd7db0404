import type { WithdrawalId } from '@carethread/contracts/ids.ts';

/** A product, or single lots of it, that must not reach patients from a moment on: what the catalog told. */
export interface ProductWithdrawal {
  readonly id: WithdrawalId;
  readonly productId: string;
  readonly kind: 'withdrawn' | 'recalled';
  /** Folded; null for the whole product. */
  readonly lots: readonly string[] | null;
  readonly recallClass: number | null;
  readonly effectiveFrom: Date;
}

/** What the parties of a prescription hear of a withdrawal. */
export type NotedState = 'stopped' | 'received' | 'lifted';
