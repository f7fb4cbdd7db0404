import type { Log } from '@carethread/service-kit/log.ts';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { isAccident, maskError } from '../../errors/mask-error.ts';
import type { AccessToken, AccessTokenVerifier } from '../../sign-in/access-token.ts';
import { authenticate } from '../../sign-in/authenticate.ts';
import type { Subscribe } from '../subscribe.ts';
import type { SubscriptionDocuments } from '../subscription-documents.ts';
import { closeCode, type Connection } from './connection.ts';

const maxSubscriptions = 50;
const initTimeoutMs = 3_000;

export interface ProtocolOptions {
  verify: AccessTokenVerifier;
  documents: () => SubscriptionDocuments;
  subscribe: Subscribe;
  log: Log;
}

/** The graphql-transport-ws protocol as we speak it: subscriptions only, and only for people with a token. */
export function createProtocol({
  verify,
  documents,
  subscribe,
  log,
}: ProtocolOptions): Server<{ connection: Connection }> {
  const visible = (errors: readonly GraphQLError[]) =>
    errors.map((error) => {
      if (isAccident(error.extensions['code'])) log.error({ error, path: error.path }, 'subscription failed');
      return maskError(error.toJSON());
    });

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

    onSubscribe({ subscriptions, extra: { connection } }, _id, payload) {
      if (Object.keys(subscriptions).length > maxSubscriptions)
        return [
          refused('TOO_MANY_SUBSCRIPTIONS', `One connection has at most ${maxSubscriptions} subscriptions.`),
        ];
      const accepted = documents();
      const { query, operationName = null, variables } = payload;
      const document = accepted.accept(query, operationName, variables ?? {});
      if (!('kind' in document)) return document;
      return {
        schema: accepted.schema,
        document,
        operationName,
        variableValues: variables,
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

    onNext: (_context, _id, _payload, _args, { data, errors }) => ({
      ...(data !== undefined && { data }),
      ...(errors && { errors: visible(errors) }),
    }),

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
    return await authenticate(payload?.['authorization'], verify, log);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.extensions['code'] === 'UNAVAILABLE')
      connection.close(closeCode.tryAgainLater, 'Sign-in cannot be checked');
    return null;
  }
}

const refused = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });
