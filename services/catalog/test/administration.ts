import { resolve } from 'node:path';
import { inTransaction } from '@carethread/bus/transaction.ts';
import type { Actor, Permission } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { readCatalogConfig } from '../src/config.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { createCatalogService } from '../src/service.ts';

/** A catalog with the formulary as release 1. */
export async function startCatalog(overrides: { now?: () => Date } = {}): Promise<TestService> {
  const catalog = await startTestService('catalog', resolve(import.meta.dirname, '..'), (env) =>
    createCatalogService(readCatalogConfig(env), overrides),
  );
  await asAdmin(catalog, (pool) => inTransaction(pool, loadFormulary));
  return catalog;
}

/** Work of the login that may write schema reference. */
export async function asAdmin<Result>(
  catalog: TestService,
  work: (pool: pg.Pool) => Promise<Result>,
): Promise<Result> {
  const pool = new pg.Pool({ connectionString: catalog.loginUrl('admin'), max: 1, pipeline: true });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** A pharmacist with these rights on top. */
export const curator = (...permissions: Permission[]): Actor => ({ ...person('pharmacist'), permissions });

export const key = () => ({ idempotencyKey: newId<'Command'>(), reason: 'The ward asked for it.' });

/** A mutation with one input, as `field { …shown userErrors }`. */
export const mutation = (name: string, shown: string) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  return `mutation M($input: ${type}!) { ${name}(input: $input) { ${shown} userErrors { code message path currentVersion } } }`;
};

/** Runs a mutation and answers its payload. */
export const doing =
  (catalog: TestService) =>
  async (who: Actor, name: string, input: object, shown: string): Promise<any> =>
    (await catalog.query(who, mutation(name, shown), { input }))[name];
