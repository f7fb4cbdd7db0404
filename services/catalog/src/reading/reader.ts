import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import { actingAs } from '@carethread/service-kit/actor-context.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { type CurrentRelease, NoRelease } from '../release/current-release.ts';
import type { LoadedRelease } from '../release/load-rules.ts';
import { readGenericGroups } from './generic-group.ts';
import { type Ingredient, ingredientParts } from './ingredient.ts';
import { type Package, packageParts } from './package.ts';
import { newestProducts, type Product, productsInRelease } from './product.ts';

export type Reader = ReturnType<typeof readerFor>;

interface InRelease {
  releaseId: string;
  id: string;
}

/** All reads of one request. What comes together is looked up together; all of it from one release. */
export function readerFor(
  parts: { database: Database; prisma: PrismaClient; current: CurrentRelease },
  actor: Actor | null,
) {
  const { database, prisma, current } = parts;
  const read = <Result>(query: (prisma: PrismaClient) => Promise<Result>): Promise<Result> =>
    actingAs(actor, async () => await query(prisma));
  // A page of a search is twenty products: one statement, without Prisma, which would need one for each table.
  const readProducts = (text: string, values: readonly unknown[]): Promise<Product[]> =>
    actingAs(actor, () => database.read<Product>(text, values));
  let loading: Promise<LoadedRelease> | undefined;
  const release = () => (loading ??= database.asActor(actor, (tx) => current.read(tx)).catch(explain));

  const products = new DataLoader<string, Product | null>(async (ids) => {
    const { id: releaseId } = await release();
    const wanted = ids.filter(isId).map((id) => id.toLowerCase());
    const found = await readProducts(productsInRelease, [wanted, releaseId]);
    const byId = new Map(found.map((product) => [product.id, product]));
    const gone = wanted.filter((id) => !byId.has(id));
    // Products that the release in force no longer has, as they were last: old prescriptions still name them.
    if (gone.length > 0)
      for (const product of await readProducts(newestProducts, [gone])) byId.set(product.id, product);
    return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
  });
  const ingredients = inRelease<Ingredient | null>(async (releaseId, codes) => {
    const rows = await read((db) =>
      db.ingredient.findMany({ where: { releaseId, code: { in: codes } }, include: ingredientParts }),
    );
    const byCode = new Map(rows.map((row) => [row.code, row]));
    return (code) => byCode.get(code) ?? null;
  });
  const codes = inRelease(async (releaseId, ids) => {
    const rows = await read((db) =>
      db.productCode.findMany({
        where: { releaseId, productId: { in: ids }, packageCode: '' },
        orderBy: [{ system: 'asc' }, { value: 'asc' }],
      }),
    );
    return (id) => rows.filter((row) => row.productId === id);
  });
  const packages = inRelease(async (releaseId, ids) => {
    const rows = await read((db) =>
      db.package.findMany({
        where: { releaseId, productId: { in: ids } },
        include: packageParts,
        orderBy: { code: 'asc' },
      }),
    );
    return (id) => rows.filter((row) => row.productId === id).slice(0, 100);
  });
  const genericGroups = inRelease(async (releaseId, ids) => {
    const rows = await database.asActor(actor, (tx) => readGenericGroups(tx, releaseId, ids));
    return (id) => rows.filter(({ productId }) => productId === id);
  });
  const packageCodes = inRelease(async (releaseId, printed) => {
    const rows = await read((db) =>
      db.productCode.findMany({
        where: { releaseId, packageCode: { in: printed } },
        orderBy: [{ system: 'asc' }, { value: 'asc' }],
      }),
    );
    return (code) => rows.filter((row) => row.packageCode === code);
  });

  return {
    actor,
    read,
    release,
    product: (id: string) => products.load(id),
    ingredient: (releaseId: string, code: string) => ingredients.load({ releaseId, id: code }),
    codesOf: (product: Product) => codes.load(product),
    packagesOf: (product: Product) => packages.load(product),
    genericGroupsOf: (product: Product) => genericGroups.load(product),
    codesOfPackage: ({ releaseId, code }: Package) => packageCodes.load({ releaseId, id: code }),
  };
}

function explain(error: unknown): never {
  if (error instanceof NoRelease)
    throw new GraphQLError(error.message, { extensions: { code: 'UNAVAILABLE' } });
  throw error;
}

/** Loads things of several releases, one query for each release: nearly always one. */
function inRelease<Value>(find: (releaseId: string, ids: string[]) => Promise<(id: string) => Value>) {
  return new DataLoader<InRelease, Value, string>(
    async (keys) => {
      const finders = new Map(
        await Promise.all(
          [...Map.groupBy(keys, ({ releaseId }) => releaseId)].map(
            async ([releaseId, group]) =>
              [
                releaseId,
                await find(
                  releaseId,
                  group.map(({ id }) => id),
                ),
              ] as const,
          ),
        ),
      );
      return keys.map(({ releaseId, id }) => finders.get(releaseId)!(id));
    },
    { cacheKeyFn: ({ releaseId, id }) => `${releaseId} ${id}` },
  );
}
