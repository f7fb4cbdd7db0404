import type { LiveValue } from '../live-event.ts';

/** A change of a thread as messaging tells of it: in its events, and in `Thread.changesSince`. */
export interface ThreadChange {
  readonly cursor: number;
  readonly kind: string;
  readonly messageId?: string | null;
  readonly memberId?: string | null;
  readonly upTo?: number | null;
}

const messageTypes: Record<string, string> = {
  ADDED: 'MessageAdded',
  EDITED: 'MessageEdited',
  DELETED: 'MessageDeleted',
};

/** The same as subscribers see it. */
export function changedLive(
  threadId: string,
  { cursor, kind, messageId, memberId, upTo }: ThreadChange,
): LiveValue {
  const thread = { id: threadId };
  const ofMessage = messageTypes[kind];
  if (ofMessage) return { __typename: ofMessage, cursor, message: { id: messageId }, thread };
  if (kind === 'READ' || kind === 'DELIVERED')
    return { __typename: 'ReceiptMoved', cursor, thread, memberId, upTo, status: kind };
  return { __typename: 'MessagesPurged', cursor, thread, upTo };
}
