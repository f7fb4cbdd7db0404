import type { Actor } from '@carethread/contracts/actor.ts';
import { accessWriter } from '@carethread/service-kit/audit/access-writer.ts';
import { RequestAudit } from '@carethread/service-kit/audit/request-audit.ts';
import { type Database, openDatabase } from '@carethread/service-kit/database.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import { claimVerifier } from '../src/claim-token.ts';
import { prescriptionsConfig, rulesOf } from '../src/config.ts';
import { documentsFrom } from '../src/documents.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import type { Context } from '../src/graphql/context.ts';
import { createReads } from '../src/reads.ts';
import type { World } from './world.ts';

/** The service's commands without HTTP around them, on the database of `world` (through `appUrl`, if given). */
export function directly(
  world: World,
  { appUrl, poolSize = 15 }: { appUrl?: string; poolSize?: number } = {},
): {
  as(actor: Actor): Context;
  database: Database;
  close(): Promise<void>;
} {
  const config = prescriptionsConfig(world.env);
  const database = openDatabase({
    appUrl: appUrl ?? config.DATABASE_URL,
    workerUrl: config.WORKER_DATABASE_URL,
    poolSize,
    onWake: () => {},
    onError: () => {},
  });
  const accesses = accessWriter(database.accesses);
  const prisma = new PrismaClient({ adapter: database.prisma });
  const verifyClaim = claimVerifier(config.CLAIM_JWKS_URL);
  const now = () => world.clock.now;
  return {
    database,
    as: (actor) => ({
      actor,
      audit: new RequestAudit(accesses, { actor, requestId: 'request', door: 'query' }),
      log: createLog('prescriptions', 'silent'),
      requestId: 'request',
      traceparent: null,
      device: null,
      database,
      prisma,
      rules: rulesOf(config),
      now,
      verifyClaim,
      documents: documentsFrom(config),
      reads: createReads(database, prisma, actor, now),
    }),
    close: () => database.close(),
  };
}
