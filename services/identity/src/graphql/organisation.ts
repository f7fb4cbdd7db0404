import { isId } from '@carethread/contracts/ids.ts';
import type { OrganisationKind, OrganisationResolvers } from '../generated/graphql.ts';

export const organisationFields: OrganisationResolvers = {
  __resolveReference: ({ id }, { reader }) => (isId(id) ? reader.organisation(id) : null),
  kind: ({ kind }) => kind.toUpperCase() as OrganisationKind,
};
