import { randomUUID } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import { type DocumentNode, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/express';
import type { RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';
import { actingAs } from './actor-context.ts';
import { InvalidToken } from './internal-token.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RequestContext } from './subgraph.ts';

/** POST /graphql of a subgraph: who asks is checked first, everything below runs as that person. */
export function graphqlEndpoint(options: {
  schema: GraphQLSchema;
  verify: (header: string | undefined) => Promise<Actor | null>;
  context: (request: RequestContext) => RequestContext;
  log: Log;
  metrics: Metrics;
}): RequestHandler {
  const { schema, log } = options;
  // The gateway sends the same few texts over and over: each is parsed and validated once.
  const documents = new LRUCache<string, DocumentNode>({ max: 2_000 });
  const valid = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const handle = createHandler<RequestContext & Record<PropertyKey, unknown>>({
    schema,
    context: (request) => ({ ...(request.raw as unknown as { carethread: RequestContext }).carethread }),
    parse: (source) => {
      const text = typeof source === 'string' ? source : source.body;
      let document = documents.get(text);
      if (!document) documents.set(text, (document = parse(text, { noLocation: true })));
      return document;
    },
    validate: (against, document) => {
      let errors = valid.get(document);
      if (!errors) valid.set(document, (errors = validate(against, document)));
      return errors;
    },
    execute,
    formatError: (error) => mask(error, log),
  });
  return async (request, response, next) => {
    const requestId = request.header('x-request-id') ?? randomUUID();
    const started = performance.now();
    let actor: Actor | null;
    try {
      actor = await options.verify(request.header('authorization'));
    } catch (error) {
      const invalid = error instanceof InvalidToken;
      if (!invalid) log.warn({ error, requestId }, 'internal token could not be checked');
      const code = invalid ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
      response
        .status(invalid ? 401 : 503)
        .json({ errors: [{ message: 'Not from the gateway.', extensions: { code } }] });
      return;
    }
    const base: RequestContext = {
      actor,
      log,
      requestId,
      traceparent: request.header('traceparent') ?? null,
    };
    Object.assign(request, { carethread: options.context(base) });
    response.on('finish', () => {
      const text = (request.body as { query?: string } | undefined)?.query;
      options.metrics.operations.observe(
        {
          kind: text?.startsWith('mutation') ? 'mutation' : 'query',
          outcome: response.statusCode < 400 ? 'ok' : 'error',
        },
        (performance.now() - started) / 1000,
      );
    });
    actingAs(actor, () => void Promise.resolve(handle(request, response, next)).catch(next));
  };
}

/** Errors we raised on purpose carry a code; everything else is an accident: logged with an id, hidden from the reader. */
function mask(error: Readonly<GraphQLError | Error>, log: Log): GraphQLError {
  const original = error instanceof GraphQLError ? error.originalError : error;
  if (error instanceof GraphQLError && (!original || original instanceof GraphQLError)) return error;
  const errorId = randomUUID();
  log.error({ error: original, errorId }, 'unexpected error');
  return new GraphQLError('Something went wrong on our side.', {
    ...(error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {}),
    extensions: { code: 'INTERNAL_ERROR', errorId },
  });
}
