import type { Log } from '@carethread/service-kit/log.ts';
import type { Request, Response } from 'express';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import { z } from 'zod';
import type { AccessToken, AccessTokenVerifier } from '../../sign-in/access-token.ts';
import { authenticate } from '../../sign-in/authenticate.ts';
import type { Admission } from '../admission.ts';
import type { Subscribe, SubscribeRequest } from '../subscribe.ts';
import { visibleErrors, visibleResult } from '../visible-errors.ts';
import type { EventStreams } from './event-streams.ts';

/** A session has at most so many open; a WebSocket carries as many subscriptions. */
const maxOpen = 50;

const bodySchema = z.object({
  query: z.string().optional(),
  /** SHA-256 of a registered document. */
  documentId: z.string().optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  /** Polls only: how long to wait for a first event. */
  waitSeconds: z.int().min(0).max(25).optional(),
});

export interface HttpSubscriptionOptions {
  verify: AccessTokenVerifier;
  admit: Admission;
  subscribe: Subscribe;
  streams: EventStreams;
  log: Log;
}

/** A subscription that may begin, and for whom. */
export interface HttpSubscription {
  readonly token: AccessToken;
  readonly waitSeconds: number | undefined;
  begin(): Promise<AsyncGenerator<ExecutionResult, void, void>>;
  /** A result as the client may read it. */
  show(result: ExecutionResult): FormattedExecutionResult;
}

/** Reads a request to subscribe over plain HTTP. Null when it was refused, which the response then says. */
export async function httpSubscription(
  { verify, admit, subscribe, streams, log }: HttpSubscriptionOptions,
  request: Request,
  response: Response,
): Promise<HttpSubscription | null> {
  const visible = visibleErrors(log);
  const refuse = (status: number, errors: readonly GraphQLFormattedError[]) => {
    response.status(status).json({ errors });
    return null;
  };
  const refuseBy = (errors: readonly GraphQLError[]) => {
    const http = errors.map(httpOf).find((each) => each !== undefined);
    if (http?.headers) response.setHeaders(http.headers);
    return refuse(http?.status ?? 400, visible(errors));
  };
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return refuse(405, [coded('BAD_REQUEST', 'Subscribe with POST.')]);
  }
  if (streams.stopping) return refuse(503, [coded('UNAVAILABLE', 'This gateway is stopping; try again.')]);
  const token = await tokenOf(request, verify, log);
  if (token instanceof GraphQLError) return refuseBy([token]);
  const body = bodySchema.safeParse(request.body);
  if (!body.success)
    return refuse(400, [coded('BAD_REQUEST', 'Send JSON with query and, where needed, variables.')]);
  if (streams.ofSession(token.caller.actor.sessionId) >= maxOpen)
    return refuse(429, [coded('TOO_MANY_SUBSCRIPTIONS', `One session has at most ${maxOpen} open.`)]);
  const { operationName = null, variables, waitSeconds } = body.data;
  const admitted = await admit(body.data, token.caller);
  if (!('document' in admitted)) return refuseBy(admitted);

  const owner = () => token.caller;
  const asked: SubscribeRequest = { ...admitted, operationName, variables: variables ?? {}, owner };
  return {
    token,
    waitSeconds,
    async begin() {
      const results = await subscribe(asked);
      if ('errors' in results) return only(results);
      // Whoever ended this session meanwhile did not find it among those that are open.
      const still = await tokenOf(request, verify, log);
      if (!(still instanceof GraphQLError)) return results;
      await results.return();
      return only({ errors: [still] });
    },
    show: visibleResult(visible),
  };
}

const httpOf = ({ extensions }: GraphQLError) =>
  extensions['http'] as { status: number; headers?: Map<string, string> } | undefined;

async function tokenOf(
  { headers, ip }: Request,
  verify: AccessTokenVerifier,
  log: Log,
): Promise<AccessToken | GraphQLError> {
  try {
    const token = await authenticate(headers.authorization, { address: ip }, verify, log);
    // Streams are for people; programs of organisations are told by events of the bus and webhooks.
    return token && !token.caller.actor.client ? token : signInFirst();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult, void, void> {
  yield result;
}

const coded = (code: string, message: string): GraphQLFormattedError => ({ message, extensions: { code } });
const signInFirst = () =>
  new GraphQLError('Sign in first.', { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
