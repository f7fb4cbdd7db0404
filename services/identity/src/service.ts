import { readFileSync } from 'node:fs';
import { keepWitness } from '@carethread/service-kit/audit/keep-witness.ts';
import { internalTokenVerifier } from '@carethread/service-kit/internal-token.ts';
import { createService, type Service } from '@carethread/service-kit/service.ts';
import { buildSubgraph } from '@carethread/service-kit/subgraph.ts';
import { logoutRoute } from './back-channel-logout/logout-route.ts';
import type { IdentityConfig } from './config.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { audited } from './graphql/audited.ts';
import { createContext } from './graphql/context.ts';
import { tokenRoute } from './give-client-token/token-route.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createIssuers } from './issuers/issuers.ts';
import { revocationsRoute } from './list-revocations/list-revocations.ts';
import { rotateKeys, rotateKeysTask, scheduleRotation } from './rotate-keys/rotate-keys.ts';
import { sealingKeys } from './tokens/sealed.ts';
import { createTokens } from './tokens/tokens.ts';
import { keySetMaxAgeMs } from './tokens/key-life.ts';
import { signingKeys } from './tokens/signing-keys.ts';
import { whenPharmacyChanged } from './when-pharmacy-changed/when-pharmacy-changed.ts';
import { whenTicketOpened } from './when-ticket-opened/when-ticket-opened.ts';

const sdl = readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8');

/** Users, organisations, memberships and sessions: who somebody is, and what they act as. */
export function createIdentityService(config: IdentityConfig, overrides: { now?: () => Date } = {}): Service {
  return createService(
    'identity',
    config,
    ({ database, log, now }) => {
      const prisma = new PrismaClient({ adapter: database.prisma });
      const keys = sealingKeys(config.KEY_ENCRYPTION_KEY, config.FORMER_KEY_ENCRYPTION_KEYS);
      const party = {
        name: config.PLATFORM_NAME,
        domain: config.PASSKEY_DOMAIN,
        origins: config.PASSKEY_ORIGINS,
      };
      const factors = { keys, party };
      const keyRing = signingKeys(database, keys, now);
      const tokens = createTokens({
        keyRing,
        keyEncryptionKey: config.KEY_ENCRYPTION_KEY,
        issuer: config.ISSUER,
        now,
      });
      const issuers = createIssuers(config.OUTSIDE_ISSUERS_FILE, config.KEY_ENCRYPTION_KEY, now);
      const fromGateway = internalTokenVerifier({
        jwksUrl: config.GATEWAY_JWKS_URL,
        audience: 'identity',
        log,
      });
      const delegations = {
        keyEncryptionKey: config.KEY_ENCRYPTION_KEY,
        ofAge: config.DELEGATION_CHILD_AGE,
      };
      const emergencies = { minutes: config.EMERGENCY_MINUTES, perDay: config.EMERGENCY_PER_DAY };
      return {
        schema: buildSubgraph(sdl, resolvers, { proxies: 'where-named' }),
        audited,
        context: (request) =>
          createContext(request, {
            database,
            now,
            tokens,
            factors,
            issuers,
            prisma,
            delegations,
            emergencies,
          }),
        events: {
          'tickets.ticket.opened.v1': whenTicketOpened,
          'tickets.ticket.pharmacy_changed.v1': whenPharmacyChanged,
          'messaging.audit.sealed.v1': keepWitness,
        },
        // Makes the first key, so that the key set is never empty once the service is ready.
        prepare: async () => {
          await keyRing();
          await database.asWorker(async (tx) => scheduleRotation(tx, now()));
        },
        tasks: { [rotateKeysTask]: rotateKeys(keys, now, log) },
        routes: (app) => {
          const audiences = [
            config.ISSUER,
            ...(config.TOKEN_ENDPOINT_URL ? [config.TOKEN_ENDPOINT_URL] : []),
          ];
          logoutRoute({ database, issuers, now, log }, fromGateway)(app);
          tokenRoute({ database, tokens, audiences, now, log }, fromGateway)(app);
          revocationsRoute(app, database, now);
          app.get('/.well-known/jwks.json', (_, response) =>
            keyRing().then(
              ({ published }) =>
                response.set('cache-control', `public, max-age=${keySetMaxAgeMs / 1000}`).json(published),
              () => response.sendStatus(503),
            ),
          );
        },
      };
    },
    overrides,
  );
}
