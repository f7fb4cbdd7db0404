import { readFileSync } from 'node:fs';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import type { IdentityConfig } from './config.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { createContext } from './graphql/context.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createTokens } from './tokens/tokens.ts';
import { signingKeys } from './tokens/signing-keys.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import { whenTicketOpened } from './when-ticket-opened/when-ticket-opened.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** Users, organisations, memberships and sessions: who somebody is, and what they act as. */
export function createIdentityService(config: IdentityConfig, overrides: { now?: () => Date } = {}): Service {
  return createService(
    'identity',
    config,
    ({ database, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const keyRing = signingKeys(database, config.KEY_ENCRYPTION_KEY, now);
      const tokens = createTokens({
        keyRing,
        keyEncryptionKey: config.KEY_ENCRYPTION_KEY,
        issuer: config.ISSUER,
        now,
      });
      return {
        schema: buildSubgraph(sdl, resolvers),
        context: (request) => createContext(request, { database, now, tokens, prisma }),
        events: {
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged,
        },
        // Makes the first key, so that the key set is never empty once the service is ready.
        prepare: async () => void (await keyRing()),
        routes: (app) =>
          app.get('/.well-known/jwks.json', (_, response) =>
            keyRing().then(
              ({ published }) => response.set('cache-control', 'public, max-age=300').json(published),
              () => response.sendStatus(503),
            ),
          ),
      };
    },
    overrides,
  );
}
