import type { ServiceAccountResolvers } from '../generated/graphql.ts';

export const serviceAccountFields: ServiceAccountResolvers = {
  id: ({ userId }) => userId,
  name: ({ user }) => user.displayName,
  organisation: async ({ organisationId }, _, { reader }) => {
    const organisation = await reader.organisation(organisationId);
    if (!organisation)
      throw new Error('A service account has an organisation that everybody signed in may see.');
    return organisation;
  },
  lastUsedAt: ({ keys }) =>
    keys.reduce<Date | null>(
      (latest, { lastUsedAt }) => (lastUsedAt && (!latest || lastUsedAt > latest) ? lastUsedAt : latest),
      null,
    ),
};
