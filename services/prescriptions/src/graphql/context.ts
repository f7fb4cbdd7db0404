import type { Database } from '@carethread/service-kit/database.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { ClaimVerifier } from '../claim-token.ts';
import type { Documents } from '../documents.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Rules } from '../rules.ts';
import type { Reads } from '../reads.ts';

/** What every resolver and command of this service gets. */
export interface Context extends RequestContext {
  readonly database: Database;
  /** Reads as the person who asks. */
  readonly prisma: PrismaClient;
  readonly rules: Rules;
  readonly now: () => Date;
  readonly verifyClaim: ClaimVerifier;
  readonly documents: Documents;
  /** What this request reads; each row is asked for once. */
  reads: Reads;
}
