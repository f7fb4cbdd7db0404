import { idIn, pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import { payload, Refusal } from '@carethread/service-kit/refusal.ts';
import type { WithdrawalId } from '@carethread/contracts/ids.ts';
import type {
  MutationResolvers,
  ProductWithdrawalResolvers,
  QueryResolvers,
  RecallClass,
} from '../generated/graphql.ts';
import { listWithdrawals } from '../list-withdrawals/list-withdrawals.ts';
import { reinstateProduct } from '../reinstate-product/reinstate-product.ts';
import { withdrawProduct } from '../withdraw-product/withdraw-product.ts';
import type { Context } from './context.ts';

export const withdrawalQueries = {
  productWithdrawal: (_, { id }, { administration }) => administration.withdrawal.load(id),
  productWithdrawals: async (_, { ended, ...wish }, { administration }) => {
    const page = pageOf(wish, idIn);
    return pageConnection(
      await administration.ask((tx) => listWithdrawals(tx, ended, page)),
      page,
      ({ id }) => id,
    );
  },
} satisfies QueryResolvers;

const shown = async (outcome: WithdrawalId | Refusal, { administration }: Context) =>
  payload('withdrawal', outcome instanceof Refusal ? outcome : await administration.withdrawal.load(outcome));

export const withdrawalMutations = {
  withdrawProduct: async (_, { input }, context) =>
    shown(await withdrawProduct(context, 'withdrawn', input), context),
  recallProduct: async (_, { input }, context) =>
    shown(await withdrawProduct(context, 'recalled', input), context),
  reinstateProduct: async (_, { input }, context) => shown(await reinstateProduct(context, input), context),
} satisfies MutationResolvers;

const classes: readonly RecallClass[] = ['I', 'II', 'III'];

export const withdrawalFields: ProductWithdrawalResolvers = {
  __resolveReference: ({ id }, { administration }) => administration.withdrawal.load(id),
  product: ({ productId }, _, { reader }) => reader.product(productId),
  kind: ({ kind }) => (kind === 'recalled' ? 'RECALLED' : 'WITHDRAWN'),
  lots: ({ lots }) => lots && [...lots],
  recallClass: ({ recallClass }) => (recallClass === null ? null : classes[recallClass - 1]!),
  recordedBy: ({ recordedBy }) => recordedBy && { id: recordedBy },
};
