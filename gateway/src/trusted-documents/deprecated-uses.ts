import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { GatewayMetrics } from '../metrics.ts';
import type { RequestContext } from '../request-context.ts';
import { clientKind } from '../sign-in/client-kind.ts';

/** What a valid document uses that is deprecated, such as `Ticket.note`, `Query.tickets(sort)` or `Status.OLD`. */
export function deprecatedIn(schema: GraphQLSchema, document: DocumentNode): string[] {
  const types = new TypeInfo(schema);
  const found = new Set<string>();
  const fieldName = () => `${types.getParentType()?.name}.${types.getFieldDef()?.name}`;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        if (types.getFieldDef()?.deprecationReason != null) found.add(fieldName());
      },
      Argument() {
        const argument = types.getArgument();
        if (argument?.deprecationReason != null) found.add(`${fieldName()}(${argument.name})`);
      },
      EnumValue() {
        const value = types.getEnumValue();
        if (value?.deprecationReason != null) found.add(`${String(types.getInputType())}.${value.name}`);
      },
    }),
  );
  return [...found];
}

/** Counts who still uses what is deprecated: when nobody has for long enough, it can be removed. */
export function deprecatedUsesPlugin(metrics: GatewayMetrics): ApolloServerPlugin<RequestContext> {
  // Apollo keeps the documents it has parsed.
  const known = new WeakMap<DocumentNode, readonly string[]>();
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ schema, document, contextValue: { caller } }) {
          let uses = known.get(document);
          if (!uses) known.set(document, (uses = deprecatedIn(schema, document)));
          for (const element of uses) metrics.deprecatedUses.inc({ element, client: clientKind(caller) });
        },
      };
    },
  };
}
