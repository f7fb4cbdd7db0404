import type { Database } from '@carethread/service-kit/database.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Retention } from '../retention.ts';
import type { Reads } from '../reads.ts';

/** What every resolver of this service gets. */
export interface Context extends RequestContext {
  readonly database: Database;
  /** Reads as the person who asks. */
  readonly prisma: PrismaClient;
  readonly now: () => Date;
  /** How long after sending a message can be edited, in milliseconds. */
  readonly editWindowMs: number;
  readonly retention: Retention;
  /** What this request has read so far; each row is asked for once. A mutation begins anew. */
  reads: Reads;
}
