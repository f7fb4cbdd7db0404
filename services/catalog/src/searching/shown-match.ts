import type { SearchMatch } from '../generated/graphql.ts';
import type { Context } from '../graphql/context.ts';
import type { Hit } from './search-products.ts';

/** Why a product was found, and whether a client may propose it. */
export async function shownMatch(
  { id, reason, matched, preselectable, lookAlikes }: Hit,
  { administration }: Context,
): Promise<SearchMatch> {
  // What is stopped as a whole is shown, and why; nothing may choose it by itself.
  const stopped = preselectable && (await administration.withdrawals.load(id)).some(({ lots }) => !lots);
  return { reason, text: matched, preselectable: preselectable && !stopped, lookAlikes: [...lookAlikes] };
}
