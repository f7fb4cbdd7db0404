import type { GraphQLFormattedError } from 'graphql';

/** Errors whose message was written for the client. Everything else is an accident and is not quoted. */
const shown = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CONFLICT',
  'COST_LIMIT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'RATE_LIMITED',
  'SUBGRAPH_UNAVAILABLE',
  'TOO_MANY_SUBSCRIPTIONS',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
]);

const accident = 'INTERNAL_SERVER_ERROR';

export const isAccident = (code: unknown): boolean => typeof code !== 'string' || !shown.has(code);

/** The error as a client may see it: message, place and code; no stack, no address, no other service's answer. */
export function maskError({
  message,
  locations,
  path,
  extensions,
}: GraphQLFormattedError): GraphQLFormattedError {
  const code = extensions?.['code'];
  const hidden = isAccident(code);
  return {
    message: hidden ? 'Something went wrong on our side.' : message,
    ...(locations && !hidden && { locations }),
    ...(path && { path }),
    extensions: { code: hidden ? accident : code },
  };
}

/** Adds the number under which our log has the accident. */
export const withRequestId = (error: GraphQLFormattedError, requestId: string): GraphQLFormattedError =>
  error.extensions?.['code'] === accident
    ? { ...error, extensions: { ...error.extensions, requestId } }
    : error;
