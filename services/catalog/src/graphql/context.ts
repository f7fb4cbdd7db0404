import type { Database } from '@carethread/service-kit/database.ts';
import type { RequestContext } from '@carethread/service-kit/subgraph.ts';
import type { AdministrationReads } from '../administration/read.ts';
import type { Reader } from '../reading/reader.ts';
import type { CurrentRelease } from '../release/current-release.ts';
import type { PastReleases } from '../release/past-releases.ts';

/** What the catalog's resolvers get. */
export interface Context extends RequestContext {
  database: Database;
  current: CurrentRelease;
  past: PastReleases;
  reader: Reader;
  administration: AdministrationReads;
  now: () => Date;
}
