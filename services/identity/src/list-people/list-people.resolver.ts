import { signedIn } from '@carethread/service-kit/subgraph.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { connectionOf, pageOf } from '../graphql/page.ts';
import { listPeople } from './list-people.ts';

export const usersResolver: QueryResolvers['users'] = async (_, { search, ...wish }, { reader }) => {
  const page = pageOf(wish);
  return connectionOf(await listPeople(reader, page, search), page, ({ displayName }) => displayName);
};

export const patientsResolver: QueryResolvers['patients'] = async (_, { search, ...wish }, context) => {
  const page = pageOf(wish);
  const { organisationId } = signedIn(context);
  const registeredHere = { memberships: { some: { organisationId, role: 'patient', endedAt: null } } };
  const rows = await listPeople(context.reader, page, search, registeredHere);
  return connectionOf(rows, page, ({ displayName }) => displayName);
};
