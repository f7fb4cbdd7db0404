import { isGiven } from '../consent.ts';
import type { ConsentKind, ConsentResolvers } from '../generated/graphql.ts';

export const consentFields: ConsentResolvers = {
  kind: ({ kind }) => kind.toUpperCase() as ConsentKind,
  organisation: ({ organisationId }, _, { reader }) =>
    organisationId ? reader.organisation(organisationId) : null,
  given: isGiven,
  byDefault: ({ history }) => history.length === 0,
  version: ({ history }) => history.at(-1)?.number ?? 0,
};
