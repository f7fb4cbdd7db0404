import { type Connection, pageConnection, pageOf, partsIn } from '@carethread/service-kit/page.ts';
import type {
  CatalogDifferenceChange,
  CatalogDifferenceConnectionResolvers,
  CatalogDifferenceCountResolvers,
  CatalogDifferenceKind,
  CatalogDifferenceResolvers,
  CatalogSuspicion,
  QueryResolvers,
} from '../generated/graphql.ts';
import {
  compareReleases,
  type Difference,
  type DifferencePlace,
  listDifferences,
} from '../release/compare-releases.ts';

/** A page of differences and between which releases they are. */
export interface DifferencePage extends Connection<Difference> {
  readonly before: string;
  readonly after: string;
}

function placeIn(text: string): DifferencePlace | null {
  const [kind, id] = partsIn(text);
  return typeof kind === 'string' && typeof id === 'string' && !id.includes('\0') ? { kind, id } : null;
}

export const catalogReleaseDifferenceResolver: QueryResolvers['catalogReleaseDifference'] = async (
  _,
  { from, to, suspiciousOnly, ...wish },
  { database, actor },
) => {
  const page = pageOf(wish, placeIn);
  return database.asActor(actor, async (tx) => {
    const releases = await tx.query<{ id: string; number: number }>(
      'SELECT id, number FROM reference.release WHERE number = ANY ($1::int[])',
      [[from, to]],
    );
    const idOf = (number: number) => releases.find((each) => each.number === number)?.id;
    const [before, after] = [idOf(from), idOf(to)];
    if (!before || !after) return null;
    const rows = await listDifferences(tx, before, after, {
      after: page.after,
      limit: page.first + 1,
      suspiciousOnly,
    });
    return { before, after, ...pageConnection(rows, page, ({ kind, id }) => JSON.stringify([kind, id])) };
  });
};

const upper = <Text extends string>(text: Text) => text.toUpperCase() as Uppercase<Text>;

export const differenceConnectionFields: CatalogDifferenceConnectionResolvers = {
  counts: ({ before, after }, _, { database, actor }) =>
    database.asActor(actor, async (tx) => [...(await compareReleases(tx, before, after)).parts]),
};

export const differenceCountFields: CatalogDifferenceCountResolvers = {
  kind: ({ kind }): CatalogDifferenceKind => upper(kind),
};

const valuesOf = (fields: Difference['before']) =>
  Object.entries(fields ?? {}).map(([field, value]) => ({
    field,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));

export const catalogDifferenceFields: CatalogDifferenceResolvers = {
  kind: ({ kind }): CatalogDifferenceKind => upper(kind),
  change: ({ change }): CatalogDifferenceChange => upper(change),
  suspicious: ({ suspicious }): CatalogSuspicion | null => suspicious && upper(suspicious),
  before: ({ before }) => valuesOf(before),
  after: ({ after }) => valuesOf(after),
};
