import type { Database } from '@carethread/service-kit/database.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Reads } from '../reads.ts';

/** What every resolver of this service gets. */
export interface Context extends RequestContext {
  readonly database: Database;
  /** Reads as the person who asks. */
  readonly prisma: PrismaClient;
  readonly now: () => Date;
  /** What this request has read so far; each row is asked for once. A mutation begins anew. */
  reads: Reads;
}
