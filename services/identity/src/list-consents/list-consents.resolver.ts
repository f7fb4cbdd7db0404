import type { QueryResolvers } from '../generated/graphql.ts';

export const myConsentsResolver: QueryResolvers['myConsents'] = (_, _arguments, { reader }) =>
  reader.consents();
