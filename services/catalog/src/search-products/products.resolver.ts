import { isId } from '@carethread/contracts/ids.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import { type Connection, pageConnection, pageOf, partsIn } from '@carethread/service-kit/page.ts';
import type { ProductConnectionResolvers, ProductFilter, QueryResolvers } from '../generated/graphql.ts';
import type { Hits } from './hits.ts';
import { matchOf } from './match.ts';
import { facetsOf, type Filter, findHits, type Hit, pageOfHits, type Place } from './search-products.ts';

/** A page of hits, before its products are read. */
export interface ProductPage extends Connection<Hit> {
  readonly hits: Hits;
  readonly filter: Filter;
}

export const productsResolver: QueryResolvers['products'] = async (
  _,
  { search, filter, ...wish },
  { database, actor, reader },
): Promise<ProductPage> => {
  if ((search?.length ?? 0) > 200) throw badInput('search must have at most 200 characters.');
  const page = pageOf(wish, placeIn);
  const release = await reader.release();
  const wanted = filterOf(filter);
  return database.asActor(actor, async (tx) => {
    const hits = await findHits(tx, release, { text: search ?? '', filter: wanted });
    const rows = await pageOfHits(tx, release.id, hits, wanted, page);
    const connection = pageConnection(rows, page, ({ rank, sortKey, id }) =>
      JSON.stringify([rank, sortKey, id]),
    );
    return { hits, filter: wanted, ...connection };
  });
};

function placeIn(text: string): Place | null {
  const [rank, sortKey, id] = partsIn(text);
  if (!Number.isInteger(rank) || typeof sortKey !== 'string' || sortKey.includes('\0') || !isId(id))
    return null;
  return { rank: rank as number, sortKey, id };
}

export const productConnectionFields: ProductConnectionResolvers = {
  edges: async ({ edges, hits }, _, { reader, administration }) =>
    Promise.all(
      edges.map(async ({ cursor, node: hit }) => {
        const node = await reader.product(hit.id);
        if (!node) throw new Error('A hit is a product of the release it was found in.');
        const [match, withdrawals] = await Promise.all([
          matchOf(hit, hits, node, reader),
          administration.withdrawals.load(node.id),
        ]);
        // What is stopped as a whole is shown, and why; nothing may choose it by itself.
        const stopped = withdrawals.some(({ lots }) => lots === null);
        return { cursor, node, match: { ...match, preselectable: match.preselectable && !stopped } };
      }),
    ),
  facets: async ({ hits, filter }, _, { database, actor, reader }) => {
    const { id } = await reader.release();
    return database.asActor(actor, (tx) => facetsOf(tx, id, hits, filter));
  },
};

const filterOf = (filter: ProductFilter | null | undefined): Filter => ({
  ...(filter?.forms && { forms: filter.forms }),
  ...(filter?.routes && { routes: filter.routes }),
  ...(filter?.categories && { categories: filter.categories }),
  ...(filter?.schedules && { schedules: filter.schedules }),
  ...(filter?.supply && {
    supply: filter.supply === 'OVER_THE_COUNTER' ? ('otc' as const) : ('rx' as const),
  }),
});
