import type { Database } from '@carethread/service-kit/database.ts';
import type { ClaimTokens } from './claim-token.ts';
import type { PrismaClient } from './generated/prisma/client.ts';
import type { Rules } from './rules.ts';

/** What commands and queries of this service stand on. */
export interface Foundation {
  database: Database;
  /** Reads, as whoever the running request belongs to. */
  prisma: PrismaClient;
  tokens: ClaimTokens;
  rules: Rules;
  now: () => Date;
}
