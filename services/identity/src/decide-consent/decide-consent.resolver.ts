import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { decideConsent } from './decide-consent.ts';

export const decideConsentResolver: MutationResolvers['decideConsent'] = async (_, { input }, context) => {
  const outcome = await decideConsent(askingActor(context), input);
  const decided = ({ id }: { id: string }) =>
    context.reader.consents().then((all) => all.find((each) => each.id === id));
  return payload('consent', outcome instanceof Refusal ? outcome : ((await decided(outcome)) ?? null));
};
