import type { GraphQLFormattedError } from 'graphql';
import { excess, excessMessage } from '../limits/limits.ts';

/** Errors whose message was written for the client. Everything else is an accident and is not quoted. See docs/ERRORS.md. */
export const shownCodes: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'CONFLICT',
  'DOCUMENT_MISMATCH',
  'DOCUMENT_NOT_TRUSTED',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'LIMIT_EXCEEDED',
  'NOT_FOUND',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'RATE_LIMITED',
  'SUBGRAPH_UNAVAILABLE',
  'TOO_MANY_SUBSCRIPTIONS',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
]);

export const accident = 'INTERNAL_SERVER_ERROR';

export const isAccident = (code: unknown): boolean => typeof code !== 'string' || !shownCodes.has(code);

/** What a client may read of an error's extensions besides its code. */
const toldWith = ['limit', 'maximum', 'found', 'retryAfterMs'] as const;

/** The error as a client may see it: message, place, code and figures; no stack, no address, no other service's answer. */
export function maskError(error: GraphQLFormattedError): GraphQLFormattedError {
  const { message, locations, path, extensions = {} } = asExcess(error);
  const code = extensions['code'];
  const hidden = isAccident(code);
  const figures = toldWith.filter((name) => extensions[name] !== undefined);
  return {
    message: hidden ? 'Something went wrong on our side.' : message,
    ...(locations && !hidden && { locations }),
    ...(path && { path }),
    extensions: {
      code: hidden ? accident : code,
      ...(!hidden && Object.fromEntries(figures.map((name) => [name, extensions[name]]))),
    },
  };
}

const tooManyTokens = /Document contains more tha[nt] (\d+) tokens/;

/** Limits that graphql's own parser and validator found exceeded come under their codes: ours says which limit it was. */
function asExcess(error: GraphQLFormattedError): GraphQLFormattedError {
  if (error.extensions?.['limit'] !== undefined)
    return { ...error, extensions: { ...error.extensions, code: 'LIMIT_EXCEEDED' } };
  const tokens = Number(tooManyTokens.exec(error.message)?.[1]);
  if (error.extensions?.['code'] !== 'GRAPHQL_PARSE_FAILED' || !tokens) return error;
  const extensions = excess('tokens', tokens, tokens + 1);
  return { message: excessMessage(extensions), extensions: { ...extensions } };
}

/** Adds the number under which our log has the accident. */
export const withRequestId = (error: GraphQLFormattedError, requestId: string): GraphQLFormattedError =>
  error.extensions?.['code'] === accident
    ? { ...error, extensions: { ...error.extensions, requestId } }
    : error;
