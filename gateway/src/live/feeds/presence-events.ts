import { idSchema } from '@carethread/contracts/ids.ts';
import { principalOf } from '@carethread/contracts/policy/asker.ts';
import { z } from 'zod';
import type { Feed } from '../feed.ts';
import { presenceTopic } from '../presence/presence.ts';

const argsSchema = z.object({ threadId: idSchema<'Thread'>(), known: z.string().max(100).nullish() });

const mayRead = 'query LivePresence($id: ID!) { thread(id: $id) { lastNumber } inbox { hidesPresence } }';

/**
 * Who is in one thread and who writes. Whoever listens is there. It tells how things are, not what happened: nothing is
 * lost by who missed some of it, and nobody is told what they know. Its events come from `Presence`, not from the bus.
 */
export const presenceEvents: Feed = {
  field: 'presenceEvents',
  durable: true,
  limit: 4,
  checks: [{ type: 'PresenceChanged', field: 'thread', probe: 'lastNumber' }],
  resync: (reason) => ({ __typename: 'ResyncRequired', reason }),
  sources: [],
  request(args, actor) {
    const parsed = argsSchema.safeParse(args);
    const memberId = principalOf(actor);
    if (!parsed.success || memberId === null) return null;
    const { threadId, known } = parsed.data;
    return {
      topics: [presenceTopic(threadId)],
      after: null,
      known: known ?? null,
      async open(ask, presence) {
        // Before the question, so that a choice that is made meanwhile is not missed.
        const visit = presence.visit(threadId, memberId, actor);
        const data = await ask(mayRead, { id: threadId }).catch((error: unknown) => {
          presence.leave(visit);
          throw error;
        });
        if (!data['thread']) {
          presence.leave(visit);
          return { kind: 'not_found' };
        }
        const inbox = data['inbox'] as { hidesPresence: boolean } | null;
        presence.enter(visit, inbox?.hidesPresence ?? true);
        return {
          kind: 'open',
          backlog: [presence.eventFor(threadId, actor)],
          ended: () => presence.leave(visit),
        };
      },
    };
  },
};
