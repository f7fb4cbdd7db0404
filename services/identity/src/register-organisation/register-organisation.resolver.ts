import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { registerOrganisation } from './register-organisation.ts';

export const registerOrganisationResolver: MutationResolvers['registerOrganisation'] = async (
  _,
  { input },
  context,
) => {
  const outcome = await registerOrganisation(askingActor(context), input);
  return payload(
    'organisation',
    outcome instanceof Refusal ? outcome : await context.reader.organisation(outcome.id),
  );
};
