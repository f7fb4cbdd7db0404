import { readFileSync } from 'node:fs';
import { parse, type DocumentNode } from 'graphql';

/** Name of the subgraph that lives inside the gateway. */
export const liveSubgraph = 'live';

/** The SDL of the live subgraph: subscriptions and the types of their events. */
export const liveSdl: DocumentNode = parse(
  readFileSync(new URL('../../live.graphql', import.meta.url), 'utf8'),
  {
    noLocation: true,
  },
);
