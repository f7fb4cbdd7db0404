import { readFileSync } from 'node:fs';
import { completeSdl } from '@carethread/service-kit/common-sdl.ts';
import { parse, type DocumentNode } from 'graphql';

/** Name of the subgraph that lives inside the gateway. */
export const liveSubgraph = 'live';

/** The live subgraph as it is written: without what every subgraph shares. */
export const ownLiveSdl = readFileSync(new URL('../../live.graphql', import.meta.url), 'utf8');

/** The SDL of the live subgraph: subscriptions, the types of their events, and what only gateways tell each other. */
export const liveSdl: DocumentNode = parse(completeSdl(ownLiveSdl), { noLocation: true });
