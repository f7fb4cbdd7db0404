import { type RequestContext, signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Caller } from '../change-payment.ts';
import type { Foundation } from '../foundation.ts';
import type { Loaders } from './loaders.ts';

/** What every resolver of this service gets. */
export interface Context extends RequestContext {
  foundation: Foundation;
  loaders: Loaders;
}

export const callerOf = (context: Context): Caller => ({
  actor: signedIn(context),
  requestId: context.requestId,
  traceparent: context.traceparent,
});
