import { idSchema } from '@carethread/contracts/ids.ts';
import { principalOf } from '@carethread/contracts/policy/asker.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, type UserError } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { ExpiringCache } from '../../expiring-cache.ts';
import type { Caller } from '../../sign-in/caller.ts';
import { askAs } from '../ask-as.ts';
import type { RunInternally } from '../internal-query.ts';
import type { Presence } from './presence.ts';

/** Whoever says the same more often is answered, and not listened to. */
const atMostEveryMs = 1_000;
const keptAnswers = 10_000;

const inputSchema = z.object({ threadId: idSchema<'Thread'>(), typing: z.boolean().default(true) });

const maySend = 'query LiveTyping($id: ID!) { thread(id: $id) { canSend status } inbox { hidesPresence } }';

export interface TypingAnswer {
  readonly expiresInSeconds: number | null;
  readonly userErrors: readonly UserError[];
}

/** Takes the word of somebody who writes in a thread, or no longer does. Messaging says whether they could send there. */
export type SayTyping = (input: unknown, caller: Caller) => Promise<TypingAnswer>;

export function createSayTyping({ presence, run }: { presence: Presence; run: RunInternally }): SayTyping {
  const answered = new ExpiringCache<TypingAnswer>(keptAnswers);
  const expiresInSeconds = Math.floor(presence.timings.typing / 1_000);

  const decide = async (threadId: string, typing: boolean, caller: Caller): Promise<TypingAnswer> => {
    const memberId = principalOf(caller.actor);
    const data = await askAs(caller, run)(maySend, { id: threadId });
    const thread = data['thread'] as { canSend: boolean; status: string } | null;
    if (!thread || memberId === null) return refused(notFound);
    if (!thread.canSend) return refused(thread.status === 'CLOSED' ? closed : kept);
    const inbox = data['inbox'] as { hidesPresence: boolean } | null;
    if (inbox?.hidesPresence !== false) return { expiresInSeconds: null, userErrors: [] };
    presence.typing(threadId, memberId, typing);
    return { expiresInSeconds: typing ? expiresInSeconds : null, userErrors: [] };
  };

  return async (input, caller) => {
    const checked = checkInput(inputSchema, input);
    if (checked instanceof Refusal) return refused(checked);
    const { threadId, typing } = checked;
    const key = `${threadId} ${typing} ${caller.key}`;
    const known = answered.get(key);
    if (known) return known;
    const answer = await decide(threadId, typing, caller);
    answered.set(key, answer, Date.now() + atMostEveryMs);
    return answer;
  };
}

const refused = ({ userErrors }: Refusal): TypingAnswer => ({ expiresInSeconds: null, userErrors });
const notFound = refuse('NOT_FOUND', 'There is no such thread.', { path: ['input', 'threadId'] });
const closed = refuse('ILLEGAL_MOVE', 'This thread is closed, because its ticket has ended.', {
  currentStatus: 'CLOSED',
});
const kept = refuse('NOT_ALLOWED', 'You may not send in this thread.');
