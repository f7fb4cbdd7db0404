import { badInput } from '@carethread/service-kit/bad-input.ts';
import {
  type DocumentNode,
  type ExecutionResult,
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import type { GatewayMetrics } from '../metrics.ts';
import type { Caller } from '../sign-in/caller.ts';
import { askAs } from './ask-as.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';
import type { Hydrator } from './hydrator.ts';
import type { RunInternally } from './internal-query.ts';
import { planFor } from './plan.ts';
import type { Presence } from './presence/presence.ts';
import { Stream } from './stream.ts';

export interface SubscribeOptions {
  feeds: ReadonlyMap<string, Feed>;
  hub: Hub;
  hydrator: Hydrator;
  run: RunInternally;
  presence: Presence;
  metrics: GatewayMetrics;
}

/** A validated subscription operation and whose it is. */
export interface SubscribeRequest {
  schema: GraphQLSchema;
  document: DocumentNode;
  operationName: string | null;
  variables: Record<string, unknown>;
  owner: () => Caller;
}

export type Subscribe = (
  request: SubscribeRequest,
) => Promise<AsyncGenerator<ExecutionResult, void, void> | { errors: readonly GraphQLError[] }>;

/** Begins a subscription, or says why not. What is not the subscriber's is NOT_FOUND, like what does not exist. */
export const createSubscribe =
  (options: SubscribeOptions): Subscribe =>
  async (request) => {
    try {
      return await begin(options, request);
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };

async function begin(
  { feeds, hub, hydrator, run, presence, metrics }: SubscribeOptions,
  { schema, document, operationName, variables, owner }: SubscribeRequest,
): Promise<AsyncGenerator<ExecutionResult, void, void>> {
  const plan = planFor(document, operationName, feeds);
  const { feed, operation, root } = plan;
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) throw badInput(errors.map(({ message }) => message).join(' '));
  const definition = schema.getSubscriptionType()?.getFields()[feed.field];
  const request = definition && feed.request(getArgumentValues(definition, root, coerced), owner().actor);
  if (!request) throw notFound();

  // Open first, ask then: what happens between the two is in the mailbox, and nobody reads from it before the answer.
  const mailbox = hub.open({ topics: request.topics, owner, durable: feed.durable, limit: feed.limit });
  try {
    const opening = await request.open(askAs(owner(), run), presence);
    if (opening.kind === 'open' && opening.ended) mailbox.whenClosed(opening.ended);
    if (opening.kind === 'not_found') throw notFound();
    const used = Object.fromEntries(Object.entries(coerced).filter(([name]) => plan.variables.has(name)));
    const selection = { plan, variables: used, variablesKey: JSON.stringify(used) };
    return new Stream({
      selection,
      mailbox,
      opening,
      after: request.after,
      known: request.known ?? null,
      owner,
      hydrator,
      metrics,
    }).iterator();
  } catch (error) {
    mailbox.close();
    throw error;
  }
}

const notFound = () =>
  new GraphQLError('There is no such thing, or it is not yours to see.', {
    extensions: { code: 'NOT_FOUND' },
  });
