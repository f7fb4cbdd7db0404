import type { MentionResolvers } from '../generated/graphql.ts';
import type { Mention } from '../mention.ts';

/** A mention and the thread in which it means somebody. */
export interface ShownMention extends Mention {
  readonly threadId: string;
}

/** Mentions as a row holds them: null where there are none. */
export const shownMentions = (threadId: string, stored: unknown): ShownMention[] =>
  ((stored ?? []) as Mention[]).map((mention) => ({ ...mention, threadId }));

export const mentionResolvers = {
  member: async ({ threadId, memberId }, _, { reads }) =>
    (await reads.members.load(threadId)).find(({ principalId }) => principalId === memberId) ?? null,
  role: ({ role }) => (role?.toUpperCase() as 'PATIENT' | undefined) ?? null,
} satisfies MentionResolvers;
