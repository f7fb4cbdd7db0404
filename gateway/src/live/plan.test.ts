import { describe, expect, it } from '@jest/globals';
import { type GraphQLError, parse, print } from 'graphql';
import { allFeeds } from './feeds/all-feeds.ts';
import { planFor } from './plan.ts';

const feeds = new Map(allFeeds.map((feed) => [feed.field, feed]));
const plan = (text: string, operationName: string | null = null) =>
  planFor(parse(text), operationName, feeds);
const query = (text: string) => print(plan(text).query.document).replaceAll(/\s+/g, ' ');
const refusal = (text: string) => {
  try {
    plan(text);
  } catch (error) {
    return (error as GraphQLError).message;
  }
};

describe('plan of a subscription', () => {
  it('is a query of the twin without the arguments, and with our own check', () => {
    expect(
      query(
        'subscription S($id: ID!, $after: Int) { ticketEvents(ticketId: $id, after: $after) { ... on TicketChanged { cursor } } }',
      ),
    ).toBe(
      'query S { ticketEvents: _live_ticketEvents { ... on TicketChanged { cursor } ... on TicketChanged { entry { _live_check: number } } } }',
    );
  });

  it('keeps alias, fragments that are used, and the variables they use', () => {
    const made = plan(`
      subscription($id: ID!, $first: Int!, $full: Boolean!) { live: messageEvents(threadId: $id) { ...M } }
      fragment M on MessageAdded { message { text author { ...U @include(if: $full) } } }
      fragment U on User { friends(first: $first) { edges { node { name } } } }
      fragment Unused on User { name }
    `);
    expect(made.responseName).toBe('live');
    expect([...made.variables].sort()).toEqual(['first', 'full']);
    const text = print(made.query.document);
    expect(text).toContain('fragment U on User');
    expect(text).not.toContain('Unused');
    expect(text).not.toContain('$id');
  });

  it('is made once for a document', () => {
    const document = parse('subscription { inboxEvents { kind } }');
    expect(planFor(document, null, feeds)).toBe(planFor(document, null, feeds));
  });

  it.each([
    ['two fields', 'subscription { inboxEvents { kind } pharmacyTicketEvents { kind } }'],
    ['a fragment at the root', 'subscription { ...S } fragment S on Subscription { inboxEvents { kind } }'],
    [
      'another field under the name of the checked one',
      'subscription { ticketEvents(ticketId: "x") { ... on TicketChanged { entry: ticket { id } } } }',
    ],
    ['a field without a feed', 'subscription { somethingElse { kind } }'],
    [
      'no operation it could mean',
      'subscription A { inboxEvents { kind } } subscription B { inboxEvents { kind } }',
    ],
  ])('refuses %s', (_, text) => {
    expect(refusal(text)).toEqual(expect.any(String));
  });
});
