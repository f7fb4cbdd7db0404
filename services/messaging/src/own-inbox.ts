import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Context } from './graphql/context.ts';
import type { InboxRow } from './rows.ts';
import { principalOf } from './thread.ts';

/** The inbox of whoever asks; an empty one where there is none yet. */
export async function ownInbox(context: Context): Promise<InboxRow> {
  const principalId = principalOf(signedIn(context));
  const stored = await context.prisma.inbox.findUnique({ where: { principalId } });
  return (
    stored ?? { principalId, unreadCount: 0, readsPrivately: false, hidesPresence: false, presenceVersion: 0 }
  );
}
