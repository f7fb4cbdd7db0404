import type {
  DelegationRelation,
  DelegationResolvers,
  DelegationScope,
  DelegationStatus,
} from '../generated/graphql.ts';
import { statusOf } from '../delegation.ts';

export const delegationFields: DelegationResolvers = {
  patient: ({ patientId }, _, { reader }) => reader.user(patientId),
  delegate: ({ delegateId }, _, { reader }) => (delegateId ? reader.user(delegateId) : null),
  givenBy: ({ givenBy }, _, { reader }) => reader.user(givenBy),
  relation: ({ relation }) => relation.toUpperCase() as DelegationRelation,
  scopes: ({ scopes }) => scopes.map((scope) => scope.toUpperCase() as DelegationScope),
  status: (delegation, _, { now }) => statusOf(delegation, now()).toUpperCase() as DelegationStatus,
};
