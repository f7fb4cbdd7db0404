import { pageConnection, pageOf } from '@carethread/service-kit/page.ts';
import type {
  CatalogReleasePartResolvers,
  CatalogReleaseRecordResolvers,
  QueryResolvers,
} from '../generated/graphql.ts';
import { listReleases } from '../release/list-releases.ts';

const numberIn = (text: string): number | null => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);

export const catalogReleasesResolver: QueryResolvers['catalogReleases'] = async (
  _,
  wish,
  { database, actor },
) => {
  const page = pageOf(wish, numberIn);
  const rows = await database.asActor(actor, (tx) =>
    listReleases(tx, { below: page.after, limit: page.first + 1 }),
  );
  return pageConnection(rows, page, ({ number }) => String(number));
};

export const releaseRecordFields: CatalogReleaseRecordResolvers = {
  release: ({ id, number }) => ({ id, number }),
  concerns: ({ concerns }) => concerns.map(({ text }) => text),
};

export const releasePartFields: CatalogReleasePartResolvers = {
  importedAt: ({ importedAt }) => new Date(importedAt),
  counts: ({ counts }) => Object.entries(counts).map(([kind, count]) => ({ kind, count })),
};
