import type { QueryResolvers } from '../generated/graphql.ts';
import { connectionOf, pageOf } from '../graphql/page.ts';
import { listOrganisations } from './list-organisations.ts';

export const organisationsResolver: QueryResolvers['organisations'] = async (
  _,
  { kind, ...wish },
  { reader },
) => {
  const page = pageOf(wish);
  return connectionOf(await listOrganisations(reader, page, kind ?? null), page, ({ name }) => name);
};
