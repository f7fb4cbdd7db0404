import { isId } from '@carethread/contracts/ids.ts';
import * as lists from '@carethread/service-kit/page.ts';

/** Where a row stands in a list that is sorted by name, then id. */
interface Place {
  readonly name: string;
  readonly id: string;
}
export type Page = lists.Page<Place>;

export const pageOf = (wish: Parameters<typeof lists.pageOf>[0]): Page => lists.pageOf(wish, placeIn);

/** A connection from one row more than the page has. */
export const connectionOf = <Row extends { id: string }>(
  rows: readonly Row[],
  page: Page,
  nameOf: (row: Row) => string,
) => lists.pageConnection(rows, page, (row) => JSON.stringify([nameOf(row), row.id]));

function placeIn(text: string): Place | null {
  const [name, id] = lists.partsIn(text);
  return typeof name === 'string' && !name.includes('\0') && isId(id) ? { name, id } : null;
}
