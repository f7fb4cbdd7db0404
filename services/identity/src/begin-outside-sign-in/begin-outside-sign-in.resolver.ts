import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/graphql.ts';
import { beginOutsideSignIn } from './begin-outside-sign-in.ts';

export const beginOutsideSignInResolver: MutationResolvers['beginOutsideSignIn'] = async (
  _,
  { input },
  context,
) => payload('outsideSignIn', await beginOutsideSignIn(context, context.issuers, input));

export const outsideIssuersResolver: QueryResolvers['outsideIssuers'] = (_, _arguments, { issuers }) =>
  issuers.all.map(({ settings: { key, name } }) => ({ key, name }));
