import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import { costError } from './operation-cost.ts';

/** Checks, once variables are known, what an operation asks for; and sends subscriptions to where they work. */
export const limitsPlugin: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (!operation) return;
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw overHttp();
        const error = costError(schema, document, operation, request.variables ?? {});
        if (error) throw error;
      },
    };
  },
};

const overHttp = () =>
  new GraphQLError('Subscriptions need a WebSocket (protocol graphql-transport-ws) at this address.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
