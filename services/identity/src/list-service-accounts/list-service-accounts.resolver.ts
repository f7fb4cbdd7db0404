import { isId } from '@carethread/contracts/ids.ts';
import { scopeMeanings } from '@carethread/contracts/scopes.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { connectionOf, pageOf } from '../graphql/page.ts';
import { listServiceAccounts } from './list-service-accounts.ts';

export const serviceAccountsResolver: QueryResolvers['serviceAccounts'] = async (
  _,
  { organisationId, ...wish },
  { reader },
) => {
  const page = pageOf(wish);
  if (organisationId && !isId(organisationId)) return connectionOf([], page, () => '');
  const rows = await listServiceAccounts(reader, page, organisationId ?? null);
  const named = rows.map((row) => ({ ...row, id: row.userId }));
  return connectionOf(named, page, ({ user }) => user.displayName);
};

export const serviceAccountResolver: QueryResolvers['serviceAccount'] = (_, { id }, { reader }) =>
  isId(id) ? reader.serviceAccount(id) : null;

export const scopesResolver: QueryResolvers['serviceAccountScopes'] = () =>
  Object.entries(scopeMeanings).map(([name, meaning]) => ({ name, meaning }));
