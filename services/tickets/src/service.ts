import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { claimTokens } from './claim-token.ts';
import type { TicketsConfig } from './config.ts';
import type { Foundation } from './foundation.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import type { Context } from './graphql/context.ts';
import { loadersFor } from './graphql/loaders.ts';
import { resolvers } from './graphql/resolvers.ts';
import { reactions, timers } from './reactions.ts';
import { type Rules, rulesFrom } from './rules.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

export interface Overrides {
  now?: () => Date;
  rules?: Partial<Rules>;
}

/** The hub: tickets, their parties, claims and timeline. */
export function createTicketsService(config: TicketsConfig, overrides: Overrides = {}): Service {
  const rules = { ...rulesFrom(config), ...overrides.rules };
  const tokens = claimTokens(config.CLAIM_SIGNING_KEY, config.CLAIM_FORMER_KEYS);
  return createService(
    'tickets',
    config,
    ({ database, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const foundation: Foundation = { database, prisma, tokens, rules, now };
      return {
        schema: buildSubgraph(sdl, resolvers),
        audited,
        context: (request): Context => ({ ...request, foundation, loaders: loadersFor(prisma) }),
        events: reactions(rules),
        tasks: timers(now),
        routes: (app) => {
          app.get('/.well-known/claim-jwks.json', (_, response) => void response.json(tokens.keySet));
        },
      };
    },
    overrides.now && { now: overrides.now },
  );
}
