import { Kind, type DocumentNode, type FieldDefinitionNode, type ObjectTypeDefinitionNode } from 'graphql';

/** Name of the internal Query field through which events of a subscription field are read. */
export const twinOf = (subscriptionField: string): string => `_live_${subscriptionField}`;

/**
 * Adds `type Query` with one nullable, argument-free twin per Subscription field. The gateway cannot execute
 * subscriptions; it reads each event as a query of the twin instead. Twins exist in the internal graph only.
 */
export function withQueryTwins(live: DocumentNode): DocumentNode {
  const subscription = live.definitions.find(isSubscriptionType);
  if (!subscription?.fields) throw new Error('The live schema has no type Subscription.');
  const query: ObjectTypeDefinitionNode = {
    kind: Kind.OBJECT_TYPE_DEFINITION,
    name: { kind: Kind.NAME, value: 'Query' },
    fields: subscription.fields.map(twinField),
  };
  return { ...live, definitions: [...live.definitions, query] };
}

const isSubscriptionType = (node: DocumentNode['definitions'][number]): node is ObjectTypeDefinitionNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Subscription';

const twinField = (field: FieldDefinitionNode): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: { kind: Kind.NAME, value: twinOf(field.name.value) },
  type: field.type.kind === Kind.NON_NULL_TYPE ? field.type.type : field.type,
});
