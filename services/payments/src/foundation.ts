import type { Database } from '@carethread/service-kit/database.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { PaymentMetrics } from './metrics.ts';
import type { PaymentProvider } from './provider/provider.ts';
import type { Rules } from './rules.ts';

/** What commands, queries and tasks of this service stand on. */
export interface Foundation {
  database: Database;
  /** Reads, as whoever the running request belongs to. */
  prisma: PrismaClient;
  provider: PaymentProvider;
  rules: Rules;
  metrics: PaymentMetrics;
  log: Log;
  now: () => Date;
}
