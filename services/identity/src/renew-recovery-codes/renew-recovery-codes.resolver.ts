import { payload } from '@carethread/service-kit/refusal.ts';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';

export const renewRecoveryCodesResolver: MutationResolvers['renewRecoveryCodes'] = async (
  _,
  _input,
  context,
) => payload('recoveryCodes', await renewRecoveryCodes(askingActor(context)));
