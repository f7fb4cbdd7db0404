import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { actAsProxy } from './act-as-proxy.ts';

export const actAsProxyResolver: MutationResolvers['actAsProxy'] = async (_, { input }, context) =>
  payload('token', await actAsProxy(askingActor(context), context.tokens, input));
