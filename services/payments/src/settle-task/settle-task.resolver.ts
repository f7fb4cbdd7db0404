import type { PaymentTaskId } from '@carethread/contracts/ids.ts';
import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { MutationResolvers, QueryResolvers } from '../generated/graphql.ts';
import { callerOf, type Context } from '../graphql/context.ts';
import { openTasks, resolveTask, takeTask } from './settle-task.ts';

export const paymentTasks: QueryResolvers['paymentTasks'] = async (_, args, context) => {
  const page = pageOf({ first: args.first ?? 20, after: args.after }, idIn);
  const rows = await openTasks(context.foundation.prisma, signedIn(context), page);
  return pageConnection(rows, page, ({ id }) => id);
};

export const takePaymentTask: MutationResolvers['takePaymentTask'] = async (_, { input }, context) =>
  taskPayload(context, await takeTask(context.foundation, callerOf(context), input));

export const resolvePaymentTask: MutationResolvers['resolvePaymentTask'] = async (_, { input }, context) =>
  taskPayload(context, await resolveTask(context.foundation, callerOf(context), input));

const taskPayload = async ({ loaders }: Context, changed: PaymentTaskId | Refusal) =>
  payload('task', changed instanceof Refusal ? changed : await loaders.task.load(changed));
