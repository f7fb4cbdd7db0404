import type { MessageId, PrincipalId } from '@carethread/contracts/ids.ts';

/** Something that happened in a thread and that all its members may know of. */
export type ThreadChange =
  | {
      readonly kind: 'added' | 'edited' | 'deleted';
      readonly messageId: MessageId;
      readonly memberId?: undefined;
      readonly upTo?: undefined;
    }
  | {
      readonly kind: 'read' | 'delivered';
      readonly messageId?: undefined;
      readonly memberId: PrincipalId;
      readonly upTo: number;
    }
  | {
      readonly kind: 'purged';
      readonly messageId?: undefined;
      readonly memberId?: undefined;
      readonly upTo: number;
    };

/** What is kept of a thread's changes: those after `from`, up to `last`. */
export interface KeptChanges {
  readonly from: number;
  readonly last: number;
}

/** Whether all that happened after this cursor can still be told, change by change. */
export const canContinue = (cursor: number, { from, last }: KeptChanges): boolean =>
  cursor >= from && cursor <= last;
