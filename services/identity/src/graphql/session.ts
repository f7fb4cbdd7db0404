import type { SessionResolvers, SignedInResolvers } from '../generated/graphql.ts';

export const sessionFields: SessionResolvers = {
  membership: ({ membershipId }, _, { reader }) => reader.membership(membershipId),
  current: ({ id }, _, { reader }) => id === reader.actor?.sessionId,
};

export const signedInFields: SignedInResolvers = {
  user: ({ actor }, _, { reader }) => reader.user(actor.userId),
  membership: ({ actor }, _, { reader }) => reader.membership(actor.membershipId),
  memberships: async ({ actor }, _, { reader }) =>
    (await reader.membershipsOf(actor.userId)).filter(({ endedAt }) => endedAt === null),
};
