import { createHash } from 'node:crypto';
import type { ApolloGateway } from '@apollo/gateway';
import type { Log } from '@carethread/service-kit/log.ts';
import {
  type DocumentNode,
  type ExecutionResult,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
} from 'graphql';
import type { RequestContext } from '../request-context.ts';

/** An operation made ready once and run many times; its hash finds its query plan. */
export interface PreparedQuery {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly hash: string;
}

export function prepared(document: DocumentNode): PreparedQuery {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('The document has no operation.');
  return { document, operation, hash: createHash('sha256').update(print(document)).digest('hex') };
}

const texts = new Map<string, PreparedQuery>();

/** For the gateway's own queries: a fixed set of texts, never a client's. */
export function preparedText(text: string): PreparedQuery {
  let query = texts.get(text);
  if (!query) texts.set(text, (query = prepared(parse(text, { noLocation: true }))));
  return query;
}

export type RunInternally = (
  query: PreparedQuery,
  variables: Record<string, unknown>,
  context: RequestContext,
) => Promise<ExecutionResult>;

type Executor = ApolloGateway['executor'];

/** Runs queries in the internal graph without a server around it. */
export function runInternally(graph: ApolloGateway, log: Log): RunInternally {
  return async ({ document, operation, hash }, variables, context) => {
    const operationName = operation.name?.value;
    // The executor reads these parts of a server's request context and no others.
    const request = {
      request: { variables, operationName, query: '' },
      document,
      operation,
      operationName,
      queryHash: hash,
      context,
      schema: graph.schema,
      metrics: {},
      logger: log,
      overallCachePolicy: { restrict: () => {} },
    };
    return (await graph.executor(request as unknown as Parameters<Executor>[0])) as ExecutionResult;
  };
}
