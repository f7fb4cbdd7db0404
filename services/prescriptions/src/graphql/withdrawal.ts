import { connection, idIn, pageOf, pageConnection } from '@carethread/service-kit/page.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { ProductWithdrawalResolvers } from '../generated/graphql.ts';
import { concernedPrescriptions, dispensesOf, impactOf } from '../show-withdrawal/who-is-concerned.ts';
import type { ProductWithdrawal } from '../withdrawal/product-withdrawal.ts';
import type { Context } from './context.ts';

type Wish = { first: number; after?: string | null | undefined };

/** A page of what `find` names, each as the person who asks may see it. */
async function pageOfTheirs<Node extends { readonly id: string }>(
  { id }: { id: string },
  wish: Wish,
  context: Context,
  find: (
    tx: Tx,
    withdrawal: ProductWithdrawal,
    page: { first: number; after: string | null },
  ) => Promise<{ id: string }[]>,
  load: (id: string) => Promise<Node | null>,
) {
  const page = pageOf(wish, idIn);
  const withdrawal = await context.reads.withdrawal.load(id);
  const found = withdrawal
    ? await context.database.asActor(signedIn(context), (tx) => find(tx, withdrawal, page))
    : [];
  const { edges, pageInfo } = pageConnection(found, page, (each) => each.id);
  const nodes = await Promise.all(edges.map(({ node }) => load(node.id)));
  return connection(
    nodes.filter((node) => node !== null),
    (node) => node.id,
    pageInfo,
  );
}

export const ProductWithdrawalType: ProductWithdrawalResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  prescriptions: (of, wish, context) =>
    pageOfTheirs(of, wish, context, concernedPrescriptions, (id) => context.reads.prescription.load(id)),
  received: (of, wish, context) =>
    pageOfTheirs(of, wish, context, dispensesOf, (id) => context.reads.dispense.load(id)),
  impact: async ({ id }, _, context) => {
    if (!context.actor?.permissions.includes('ManageDrugCatalog')) return null;
    const withdrawal = await context.reads.withdrawal.load(id);
    return withdrawal && context.database.asWorker((tx) => impactOf(tx, withdrawal));
  },
};
