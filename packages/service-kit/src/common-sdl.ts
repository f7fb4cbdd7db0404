import { readFileSync } from 'node:fs';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@override", "@tag"])
`;
const common = readFileSync(new URL('./common.graphql', import.meta.url), 'utf8');

/** A service's own SDL made whole: what every subgraph shares stands before it. Server and composition both use this. */
export const completeSdl = (own: string): string => `${federation}\n${common}\n${own}`;
