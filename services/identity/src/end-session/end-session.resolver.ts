import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor, type Context } from '../graphql/context.ts';
import { endSession } from './end-session.ts';

export const revokeSessionResolver: MutationResolvers['revokeSession'] = (_, { input }, context) =>
  end(context, input);

export const signOutResolver: MutationResolvers['signOut'] = (_, _arguments, context) =>
  end(context, { sessionId: askingActor(context).actor.sessionId });

async function end(context: Context, input: unknown) {
  const outcome = await endSession(askingActor(context), input);
  return payload('session', outcome instanceof Refusal ? outcome : await context.reader.session(outcome));
}
