import type { DataOf } from '@carethread/contracts/registry.ts';
import { note } from '../decisions/note.ts';
import { reaction } from '../react.ts';

/**
 * Enters the message on the timeline. A system message only repeats in the thread what the timeline says already, so it
 * is not entered again.
 */
export const whenMessagePosted = reaction<DataOf<'messaging.message.posted.v1'>>((_, { type, data }) =>
  data.kind === 'system' ? [] : note(type, data.messageId),
);
