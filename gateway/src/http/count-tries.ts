import type { RequestHandler, Response } from 'express';
import { GraphQLError } from 'graphql';
import type { RateLimits } from '../rate-limits/rate-limits.ts';

/** Counts secrets that are tried outside GraphQL, with the wrong passwords of the same network; what fits is given back. */
export function countTries(rates: RateLimits, field: string): RequestHandler {
  const tries = [{ field, responseName: field, account: null }];
  return async (request, response, next) => {
    const asker = rates.askerOf(null, request.ip ?? 'unknown');
    try {
      await rates.countTries(asker, tries);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return slowDown(response, error);
    }
    response.once('finish', () => {
      const failed = response.statusCode >= 400 && response.statusCode < 500;
      if (!failed) rates.forgiveTries(asker, tries).catch(() => undefined);
    });
    next();
  };
}

function slowDown(response: Response, error: GraphQLError): void {
  const { headers } = error.extensions['http'] as { headers: Map<string, string> };
  response.setHeaders(headers).status(429);
  response.json({ error: 'slow_down', error_description: error.message });
}
