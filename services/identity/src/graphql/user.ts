import { isId } from '@carethread/contracts/ids.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { QueryResolvers, UserResolvers } from '../generated/graphql.ts';

export const userFields: UserResolvers = {
  __resolveReference: ({ id }, { reader }) => (isId(id) ? reader.user(id) : null),
  email: ({ id }, _, { reader }) => reader.emailOf(id),
  memberships: ({ id }, _, { reader }) => reader.membershipsOf(id),
};

export const userResolver: QueryResolvers['user'] = (_, { id }, { reader }) =>
  isId(id) ? reader.user(id) : null;

export const meResolver: QueryResolvers['me'] = (_, _arguments, context) =>
  context.reader.user(signedIn(context).userId);
