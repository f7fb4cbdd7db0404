import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { type PaymentsConfig, providerFrom, rulesFrom } from './config.ts';
import type { Foundation } from './foundation.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import type { Context } from './graphql/context.ts';
import { loadersFor } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { paymentMetrics } from './metrics.ts';
import { reactions, tasks } from './reactions.ts';
import { webhookRoute } from './receive-webhook/webhook-route.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** Was money taken, refused, or do we not know? Attempts, refunds, webhooks and the books. */
export function createPaymentsService(config: PaymentsConfig, overrides: { now?: () => Date } = {}): Service {
  const provider = providerFrom(config);
  const rules = rulesFrom(config);
  return createService(
    'payments',
    config,
    ({ database, log, metrics, now }) => {
      if (config.NODE_ENV === 'production' && provider.name === 'flaky')
        log.warn({ provider: provider.name }, 'payments go to the simulator: no money is taken');
      const prisma = new PrismaClient({ adapter: database.prisma });
      const foundation: Foundation = {
        database,
        prisma,
        provider,
        rules,
        metrics: paymentMetrics(metrics, database),
        log,
        now,
      };
      return {
        schema: buildSubgraph(sdl, resolvers),
        audited,
        context: (request): Context => ({
          ...request,
          foundation,
          loaders: loadersFor(prisma, request.actor),
        }),
        events: reactions(foundation),
        tasks: tasks(foundation, config.PROVIDER_TIMEOUT_MS),
        routes: webhookRoute(foundation),
      };
    },
    overrides.now && { now: overrides.now },
  );
}
