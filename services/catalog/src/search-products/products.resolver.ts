import { isId } from '@carethread/contracts/ids.ts';
import { badInput } from '@carethread/service-kit/bad-input.ts';
import { type Connection, pageConnection, pageOf, partsIn } from '@carethread/service-kit/page.ts';
import type {
  ProductConnectionResolvers,
  ProductEdgeResolvers,
  ProductFilter,
  QueryResolvers,
} from '../generated/graphql.ts';
import {
  type Filter,
  type Hit,
  type Place,
  type Search,
  searchFacets,
  searchProducts,
} from '../searching/search-products.ts';
import { shownMatch } from '../searching/shown-match.ts';

/** A page of hits, before its products are read. */
export interface ProductPage extends Connection<Hit> {
  readonly search: Search;
}
export type ProductHitEdge = ProductPage['edges'][number];

export const productsResolver: QueryResolvers['products'] = async (
  _,
  { search: text, filter, language, ...wish },
  { database, actor, reader },
): Promise<ProductPage> => {
  if ((text?.length ?? 0) > 200) throw badInput('search must have at most 200 characters.');
  const page = pageOf(wish, placeIn);
  const search: Search = { text: text ?? '', filter: filterOf(filter), language: language ?? null };
  const [rows] = await Promise.all([
    database.asActor(actor, (tx) => searchProducts(tx, search, page)),
    reader.release(),
  ]);
  const connection = pageConnection(rows, page, ({ release, tier, place }) =>
    JSON.stringify([release, tier, place]),
  );
  return { search, ...connection };
};

function placeIn(text: string): Place | null {
  const [release, tier, place] = partsIn(text);
  return isId(release) && Number.isInteger(tier) && Number.isInteger(place)
    ? { release, tier: tier as number, place: place as number }
    : null;
}

export const productConnectionFields: ProductConnectionResolvers = {
  facets: ({ search }, _, { database, actor }) => database.asActor(actor, (tx) => searchFacets(tx, search)),
};

export const productEdgeFields: ProductEdgeResolvers = {
  node: async ({ node: { id } }, _, { reader }) => {
    const product = await reader.product(id);
    if (!product) throw new Error('A hit is a product of the release it was found in.');
    return product;
  },
  match: ({ node: hit }, _, context) => shownMatch(hit, context),
};

const filterOf = (filter: ProductFilter | null | undefined): Filter => ({
  ...(filter?.forms && { form: filter.forms }),
  ...(filter?.routes && { route: filter.routes }),
  ...(filter?.categories && { category: filter.categories }),
  ...(filter?.classes && { class: filter.classes }),
  ...(filter?.companies && { company: filter.companies }),
  ...(filter?.schedules && { schedule: filter.schedules }),
  ...(filter?.jurisdictions && { jurisdiction: filter.jurisdictions }),
  ...(filter?.supply && { supply: [filter.supply === 'OVER_THE_COUNTER' ? 'otc' : 'rx'] }),
  ...(filter?.includeEnded && { ended: true }),
});
