import { checkInput } from '@carethread/service-kit/input.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/graphql.ts';
import { askingActor } from '../graphql/context.ts';
import { beginRequiredEnrolment, beginTotpEnrolment } from './begin.ts';
import { completeRequiredEnrolment, confirmTotpEnrolment } from './confirm.ts';

const code = z.string().max(20, 'must be at most 20 characters');
const challenge = z.string().max(200, 'must be a challenge of ours');

export const beginTotpEnrolmentResolver: MutationResolvers['beginTotpEnrolment'] = async (
  _,
  _input,
  context,
) => payload('setUp', await beginTotpEnrolment(askingActor(context), context.factors));

export const confirmTotpEnrolmentResolver: MutationResolvers['confirmTotpEnrolment'] = async (
  _,
  { input },
  context,
) => {
  const wish = checkInput(z.object({ code }), input);
  const outcome =
    wish instanceof Refusal
      ? wish
      : await confirmTotpEnrolment(askingActor(context), context.factors, wish.code);
  return payload('enrolled', outcome);
};

export const beginRequiredEnrolmentResolver: MutationResolvers['beginRequiredEnrolment'] = async (
  _,
  { input },
  context,
) => {
  const wish = checkInput(z.object({ challenge }), input);
  const outcome =
    wish instanceof Refusal ? wish : await beginRequiredEnrolment(context, context.factors, wish.challenge);
  return payload('setUp', outcome);
};

export const completeRequiredEnrolmentResolver: MutationResolvers['completeRequiredEnrolment'] = async (
  _,
  { input },
  context,
) => {
  const wish = checkInput(z.object({ challenge, code }), input);
  const outcome = wish instanceof Refusal ? wish : await completeRequiredEnrolment(context, context, wish);
  if (!(outcome instanceof Refusal)) context.readAs(outcome.session.actor);
  return payload('enrolled', outcome);
};
