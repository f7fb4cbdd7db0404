import type { Log } from '@carethread/service-kit/log.ts';
import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { isAccident, maskError } from '../errors/mask-error.ts';

/** What a subscriber reads of errors; what only we should read goes to the log. */
export const visibleErrors =
  (log: Log) =>
  (errors: readonly GraphQLError[]): GraphQLFormattedError[] =>
    errors.map((error) => {
      if (isAccident(error.extensions['code'])) log.error({ error, path: error.path }, 'subscription failed');
      return maskError(error.toJSON());
    });

/** A result as a subscriber reads it, at whichever door. */
export const visibleResult =
  (visible: ReturnType<typeof visibleErrors>) =>
  ({ data, errors }: ExecutionResult): FormattedExecutionResult => ({
    ...(data !== undefined && { data }),
    ...(errors && { errors: visible(errors) }),
  });
