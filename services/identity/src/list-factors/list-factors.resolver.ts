import { loadMyFactors } from '../factors/my-factors.ts';
import type { QueryResolvers } from '../generated/graphql.ts';

export const myFactorsResolver: QueryResolvers['myFactors'] = (_, _arguments, { reader }) =>
  loadMyFactors(reader);
