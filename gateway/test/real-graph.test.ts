import { fileURLToPath } from 'node:url';
import { ApolloGateway } from '@apollo/gateway';
import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphQLSchema, isObjectType, parse, validate } from 'graphql';
import { composeSupergraphs, type Supergraphs } from '../src/compose/compose.ts';
import { readSubgraphs } from '../src/compose/subgraph-files.ts';
import { allFeeds } from '../src/live/feeds/all-feeds.ts';
import { Hub } from '../src/live/hub.ts';
import { planFor } from '../src/live/plan.ts';
import { Presence } from '../src/live/presence/presence.ts';
import { anActor } from './fixtures/identity-provider.ts';

const feeds = new Map(allFeeds.map((feed) => [feed.field, feed]));
const takesThread = new Set(['messageEvents', 'noteEvents', 'presenceEvents']);
const subscriptionTo = (field: string, args: string) =>
  parse(`subscription { ${field}${args} { __typename } }`);

describe('the graph of the real services', () => {
  let graphs: Supergraphs;
  let gateway: ApolloGateway | undefined;
  let schema: GraphQLSchema;
  beforeAll(async () => {
    graphs = composeSupergraphs(readSubgraphs(fileURLToPath(new URL('../../services', import.meta.url))));
    process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
    gateway = new ApolloGateway({ supergraphSdl: graphs.internal });
    ({ schema } = await gateway.load());
  });
  afterAll(() => gateway?.stop());

  it('has a feed for every subscription, and a subscription for every feed', () => {
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).sort()).toEqual(
      [...feeds.keys()].sort(),
    );
  });

  it.each(allFeeds.map((feed) => [feed.field, feed] as const))(
    'answers what %s reads with each event',
    (field, feed) => {
      const args =
        field === 'ticketEvents' ? '(ticketId: "x")' : takesThread.has(field) ? '(threadId: "x")' : '';
      const { query } = planFor(subscriptionTo(field, args), null, feeds);
      expect(validate(schema, query.document)).toEqual([]);
      for (const { type, field: entity } of feed.checks) {
        const event = schema.getType(type);
        expect(isObjectType(event) && event.getFields()[entity]).toBeTruthy();
      }
    },
  );

  it.each(allFeeds.map((feed) => [feed.field, feed] as const))(
    'answers what %s asks at its beginning',
    async (_, feed) => {
      const actor = anActor({ role: 'pharmacist' });
      for (const after of [null, 0]) {
        const request = feed.request({ ticketId: newId(), threadId: newId(), after }, actor);
        const ask = async (query: string) => {
          expect(validate(schema, parse(query))).toEqual([]);
          return {};
        };
        await request?.open(ask, new Presence({ hub: new Hub(), say: () => {} }));
      }
    },
  );
});
