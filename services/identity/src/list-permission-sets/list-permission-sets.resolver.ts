import { permissions } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { connectionOf, pageOf } from '../graphql/page.ts';
import { listPermissionSets } from './list-permission-sets.ts';

export const permissionSetsResolver: QueryResolvers['permissionSets'] = async (
  _,
  { organisationId, ...wish },
  { reader },
) => {
  const page = pageOf(wish);
  if (organisationId && !isId(organisationId)) return connectionOf([], page, () => '');
  const rows = await listPermissionSets(reader, page, organisationId ?? null);
  return connectionOf(rows, page, ({ name }) => name);
};

export const permissionsResolver: QueryResolvers['permissions'] = () => [...permissions];
