import { GraphQLError } from 'graphql';

/** An error of the query itself: an argument that no client of this schema should send. */
export const badInput = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
