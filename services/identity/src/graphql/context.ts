import type { Actor } from '@carethread/contracts/actor.ts';
import { type RequestContext, signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Asking, AskingActor } from '../asking.ts';
import type { EmergencyRules } from '../emergency-access.ts';
import type { Factors } from '../factors/prove.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { DelegationRules } from '../offer-delegation/offer-delegation.ts';
import { type Reader, readerFor } from '../reader.ts';
import type { Issuers } from '../issuers/issuers.ts';
import type { Tokens } from '../tokens/tokens.ts';

/** What identity's resolvers get. */
export interface Context extends RequestContext, Asking {
  tokens: Tokens;
  factors: Factors;
  delegations: DelegationRules;
  emergencies: EmergencyRules;
  issuers: Issuers;
  /** Reads as the person who asks. */
  reader: Reader;
  /** The rest of the answer is read as this person: for mutations by which somebody becomes somebody. */
  readAs(actor: Actor): void;
}

export const createContext = (
  request: RequestContext,
  {
    prisma,
    ...parts
  }: Pick<Context, 'database' | 'now' | 'tokens' | 'factors' | 'issuers' | 'delegations' | 'emergencies'> & {
    prisma: PrismaClient;
  },
): Context => ({
  ...request,
  ...parts,
  reader: readerFor(prisma, request.actor),
  readAs(actor) {
    this.reader = readerFor(prisma, actor);
  },
});

/** For commands behind @auth. */
export const askingActor = (context: Context): AskingActor => ({ ...context, actor: signedIn(context) });
