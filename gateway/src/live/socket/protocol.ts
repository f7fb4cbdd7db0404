import type { Log } from '@carethread/service-kit/log.ts';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import type { AccessToken, AccessTokenVerifier } from '../../sign-in/access-token.ts';
import { authenticate } from '../../sign-in/authenticate.ts';
import type { Admission } from '../admission.ts';
import type { Subscribe } from '../subscribe.ts';
import { visibleErrors, visibleResult } from '../visible-errors.ts';
import { closeCode, type Connection } from './connection.ts';

const maxSubscriptions = 50;
const initTimeoutMs = 3_000;

export interface ProtocolOptions {
  verify: AccessTokenVerifier;
  admit: Admission;
  subscribe: Subscribe;
  log: Log;
}

/** The graphql-transport-ws protocol as we speak it: subscriptions only, and only for people with a token. */
export function createProtocol({
  verify,
  admit,
  subscribe,
  log,
}: ProtocolOptions): Server<{ connection: Connection }> {
  const visible = visibleErrors(log);
  const show = visibleResult(visible);

  return makeServer<Record<string, unknown>, { connection: Connection }>({
    connectionInitWaitTimeout: initTimeoutMs,

    async onConnect({ connectionParams, extra: { connection } }) {
      const token = await tokenIn(connectionParams, connection, verify, log);
      return token !== null && connection.accept(token);
    },

    async onPing({ acknowledged, extra: { connection } }, payload) {
      if (!acknowledged || payload?.['authorization'] === undefined) return;
      const token = await tokenIn(payload, connection, verify, log);
      if (!token || !connection.accept(token)) connection.close(closeCode.forbidden, 'Forbidden');
    },

    async onSubscribe({ subscriptions, extra: { connection } }, _id, payload) {
      if (Object.keys(subscriptions).length > maxSubscriptions)
        return [
          refused('TOO_MANY_SUBSCRIPTIONS', `One connection has at most ${maxSubscriptions} subscriptions.`),
        ];
      const admitted = await admit(payload, connection.owner);
      if (!('document' in admitted)) return admitted;
      return {
        ...admitted,
        operationName: payload.operationName ?? null,
        variableValues: payload.variables,
        contextValue: connection,
      } satisfies ExecutionArgs;
    },

    async subscribe({ schema, document, operationName, variableValues, contextValue }) {
      return subscribe({
        schema,
        document,
        operationName: operationName ?? null,
        variables: variableValues ?? {},
        owner: () => (contextValue as Connection).owner,
      });
    },

    onNext: (_context, _id, _payload, _args, result) => show(result),

    onError: (_context, _id, _payload, errors) => visible(errors),
  });
}

/** The token in a payload's `authorization`; null closes the connection as forbidden. */
async function tokenIn(
  payload: Readonly<Record<string, unknown>> | undefined,
  connection: Connection,
  verify: AccessTokenVerifier,
  log: Log,
): Promise<AccessToken | null> {
  try {
    const token = await authenticate(payload?.['authorization'], { address: undefined }, verify, log);
    // Programs of organisations are told by events of the bus and webhooks; streams are for people.
    return token?.caller.actor.client ? null : token;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.extensions['code'] === 'UNAVAILABLE')
      connection.close(closeCode.tryAgainLater, 'Sign-in cannot be checked');
    return null;
  }
}

const refused = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
