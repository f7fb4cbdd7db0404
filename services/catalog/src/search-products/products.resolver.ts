import type { QueryResolvers, ProductConnectionResolvers } from '../generated/graphql.ts';
import { badInput, countOf, cursorOf, placeOf } from '../graphql/page.ts';
import type { Hits } from './hits.ts';
import { matchOf } from './match.ts';
import { facetsOf, type Filter, findHits, type Hit, pageOfHits } from './search-products.ts';
import type { ProductFilter } from '../generated/graphql.ts';

/** A page of hits, before its products are read. */
export interface ProductPage {
  readonly hits: Hits;
  readonly filter: Filter;
  readonly first: number;
  readonly page: readonly Hit[];
  readonly isFirst: boolean;
}

export const productsResolver: QueryResolvers['products'] = async (
  _,
  { search, filter, first, after },
  { database, actor, reader },
): Promise<ProductPage> => {
  if ((search?.length ?? 0) > 200) throw badInput('search must have at most 200 characters.');
  const release = await reader.release();
  const wanted = filterOf(filter);
  const place = after ? placeOf(after) : null;
  return database.asActor(actor, async (tx) => {
    const hits = await findHits(tx, release, { text: search ?? '', filter: wanted });
    const page = await pageOfHits(tx, release.id, hits, wanted, { first: countOf(first), after: place });
    return { hits, filter: wanted, first, page, isFirst: place === null };
  });
};

export const productConnectionFields: ProductConnectionResolvers = {
  edges: async ({ page, first, hits }, _, { reader }) =>
    Promise.all(
      page.slice(0, first).map(async (hit) => {
        const node = await reader.product(hit.id);
        if (!node) throw new Error('A hit is a product of the release it was found in.');
        return { cursor: cursorOf(hit), node, match: await matchOf(hit, hits, node, reader) };
      }),
    ),
  pageInfo: ({ page, first, isFirst }) => ({
    hasNextPage: page.length > first,
    hasPreviousPage: !isFirst,
    startCursor: page[0] ? cursorOf(page[0]) : null,
    endCursor: page.length > 0 ? cursorOf(page[Math.min(first, page.length) - 1]!) : null,
  }),
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
