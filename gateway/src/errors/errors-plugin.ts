import type { ApolloServerPlugin } from '@apollo/server';
import type { Log } from '@carethread/service-kit/log.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { RequestContext } from '../request-context.ts';
import { isAccident, withRequestId } from './mask-error.ts';

/** Logs what clients are not shown, under the request's id, lists at most so many errors, and counts operations. */
export const errorsPlugin = (
  log: Log,
  metrics: GatewayMetrics,
  maxErrors: number,
): ApolloServerPlugin<RequestContext> => ({
  async requestDidStart() {
    const started = performance.now();
    return {
      async didEncounterErrors({ errors, contextValue: { requestId } }) {
        for (const error of errors) {
          const { code, errorId, serviceName } = error.extensions;
          if (isAccident(code))
            log.error(
              { error, code, errorId, subgraph: serviceName, path: error.path, requestId },
              'operation failed',
            );
        }
      },
      async willSendResponse({ response, contextValue: { requestId }, operation }) {
        const { body } = response;
        if (body.kind !== 'single') return;
        const { singleResult } = body;
        // The gateway reports here, in its own words, where a service broke its promise of a value.
        const broken = singleResult.extensions?.['valueCompletion'];
        if (broken) {
          log.warn({ broken, requestId }, 'a service answered null where its schema does not allow it');
          delete singleResult.extensions;
        }
        const { errors } = singleResult;
        if (errors) {
          singleResult.errors = errors.slice(0, maxErrors).map((error) => withRequestId(error, requestId));
          if (errors.length > maxErrors)
            singleResult.extensions = { omittedErrors: errors.length - maxErrors };
        }
        metrics.operations.observe(
          { kind: operation?.operation ?? 'unknown', outcome: errors ? 'error' : 'ok' },
          (performance.now() - started) / 1000,
        );
      },
    };
  },
});
