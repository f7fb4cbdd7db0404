import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isTransient } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { type DocumentNode, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { createHandler } from 'graphql-http';
import { LRUCache } from 'lru-cache';
import { actingAs } from './actor-context.ts';
import type { AccessWriter } from './audit/access-writer.ts';
import type { Door } from './audit/access.ts';
import { RequestAudit } from './audit/request-audit.ts';
import { deadlineHeader, deadlineIn, withDeadline } from './deadline.ts';
import { InvalidToken } from './internal-token.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { RequestContext } from './subgraph.ts';

/** Answers one request whose body was read; never rejects. */
export type GraphqlEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
) => Promise<void>;

/** What one request carries through graphql-http. */
interface Asked {
  readonly base: RequestContext;
  kind: 'query' | 'mutation';
}

/** By what the running request is known to everybody who took part in it. */
const numbered = new AsyncLocalStorage<{ requestId: string; traceparent: string | null }>();

/** POST /graphql of a subgraph: who asks is checked first, everything below runs as that person. */
export function graphqlEndpoint(options: {
  schema: GraphQLSchema;
  verify: (header: string | undefined) => Promise<Actor | null>;
  context: (request: RequestContext) => RequestContext;
  accesses: AccessWriter;
  log: Log;
  metrics: Metrics;
}): GraphqlEndpoint {
  const { schema, log } = options;
  // The gateway sends the same few texts over and over: each is parsed and validated once.
  const documents = new LRUCache<string, DocumentNode>({ max: 2_000 });
  const valid = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const handle = createHandler<IncomingMessage, Asked, RequestContext & Record<PropertyKey, unknown>>({
    schema,
    context: ({ context }, { query }) => {
      if (query.startsWith('mutation')) context.kind = 'mutation';
      return { ...options.context(context.base) };
    },
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

  return async (request, response, body) => {
    const started = performance.now();
    const { method = '', url = '', headers } = request;
    const requestId = header(headers['x-request-id']) ?? randomUUID();
    let actor: Actor | null;
    try {
      actor = await options.verify(headers.authorization);
    } catch (error) {
      const invalid = error instanceof InvalidToken;
      if (!invalid) log.warn({ error, requestId }, 'internal token could not be checked');
      const code = invalid ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
      const refusal = { errors: [{ message: 'Not from the gateway.', extensions: { code } }] };
      return send(response, invalid ? 401 : 503, JSON.stringify(refusal));
    }
    const traceparent = header(headers['traceparent']) ?? null;
    const device = header(headers['x-client-device'])?.slice(0, 60) ?? null;
    const audit = new RequestAudit(options.accesses, { actor, requestId, door: doorOf(headers) });
    const base = { actor, log, requestId, traceparent, device, audit };
    const asked: Asked = { base, kind: 'query' };
    try {
      const deadline = deadlineIn(headers[deadlineHeader], Date.now());
      const work = () => handle({ method, url, headers, body, raw: request, context: asked });
      const [answer, { status, headers: answerHeaders }] = await numbered.run(
        { requestId, traceparent },
        () => withDeadline(deadline, () => actingAs(actor, work, requestId)),
      );
      // Nobody is shown what is not on record: where that fails, there is no answer.
      await audit.written();
      send(response, status, answer ?? '', answerHeaders);
    } catch (error) {
      log.error({ error, requestId }, 'request failed');
      send(response, 500, JSON.stringify({ errors: [mask(error as Error, log)] }));
    }
    log.debug({ requestId, traceparent, kind: asked.kind, status: response.statusCode }, 'answered');
    const outcome = response.statusCode < 400 ? 'ok' : 'error';
    options.metrics.operations.observe({ kind: asked.kind, outcome }, (performance.now() - started) / 1000);
  };
}

/** The gateway says when it reads for somebody's live stream. */
const doorOf = (headers: IncomingMessage['headers']): Door =>
  headers['x-carethread-door'] === 'live' ? 'live' : 'query';

const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** With its length told, the answer leaves in one piece instead of in chunks. */
function send(response: ServerResponse, status: number, body: string, headers: object = jsonHeaders): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

/**
 * Errors we raised on purpose carry a code, and so does a database that does not answer now; the
 * rest are accidents: logged with an id, hidden from the reader.
 */
function mask(error: Readonly<GraphQLError | Error>, log: Log): GraphQLError {
  const original = error instanceof GraphQLError ? error.originalError : error;
  if (error instanceof GraphQLError && (!original || original instanceof GraphQLError)) return error;
  const place = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {};
  if (isOutOfTime(original))
    return new GraphQLError('This took longer than anybody waits for it.', {
      ...place,
      extensions: { code: 'UNAVAILABLE' },
    });
  if (isTransient(asPostgresSaidIt(original))) {
    log.warn({ error: original, ...numbered.getStore() }, 'the database does not answer');
    return new GraphQLError('What this needs cannot be reached now.', {
      ...place,
      extensions: { code: 'UNAVAILABLE' },
    });
  }
  const errorId = randomUUID();
  log.error({ error: original, errorId, ...numbered.getStore() }, 'unexpected error');
  return new GraphQLError('Something went wrong on our side.', {
    ...place,
    extensions: { code: 'INTERNAL_ERROR', errorId },
  });
}

/** PostgreSQL ended a statement at the request's deadline, or at the role's own limit. */
const isOutOfTime = (error: unknown): boolean =>
  (asPostgresSaidIt(error) as { code?: unknown } | undefined)?.code === '57014';

/** Prisma puts what PostgreSQL answered into an error of its own. */
function asPostgresSaidIt(error: unknown): unknown {
  type Wrapped = { meta?: { driverAdapterError?: { cause?: { originalCode?: string } } } };
  const code = (error as Wrapped | undefined)?.meta?.driverAdapterError?.cause?.originalCode;
  return code === undefined ? error : Object.assign(new Error(`PostgreSQL: ${code}`), { code });
}
