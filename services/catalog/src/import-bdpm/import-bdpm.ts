import type { Tx } from '@carethread/bus/transaction.ts';
import { type ImportWish, sourceOf } from '../importing/import-wish.ts';
import { countingListener, type Listener } from '../importing/listener.ts';
import { contentHash } from '../importing/source-file.ts';
import { usual } from '../release/concerns.ts';
import { type Replaced, replacePart } from '../release/replace-part.ts';
import type { BdpmFiles } from './bdpm-files.ts';
import { writeBdpmPackages } from './write-bdpm-packages.ts';
import { writeBdpmProducts } from './write-bdpm-products.ts';
import { writeGenericGroups } from './write-generic-groups.ts';

/** The French Base de données publique des médicaments becomes the part `bdpm` of a new release. */
export async function importBdpm(
  tx: Tx,
  files: BdpmFiles,
  listener: Listener,
  wish: ImportWish = {},
): Promise<Replaced> {
  const { products, packages, composition, generics } = files;
  const counting = countingListener(listener);
  const source = sourceOf(wish, {
    name: 'Base de données publique des médicaments (France)',
    licence: 'Licence Ouverte / Open Licence',
  });
  return replacePart(
    tx,
    {
      origin: 'bdpm',
      // The date is part of the content: prices say since when they hold.
      contentHash: await contentHash(`bdpm 1 ${source.sourceDate ?? ''}`, [
        products,
        packages,
        composition,
        generics,
      ]),
      ...source,
      async write(into, release) {
        const taken = await writeBdpmProducts(into, release, files, counting);
        const from = { source: source.sourceName, validFrom: source.sourceDate };
        const packed = await writeBdpmPackages(into, release, packages, taken, from, counting);
        const groups = await writeGenericGroups(into, release, generics, taken, counting);
        return { products: taken.size, ...packed, groups, ...counting.counts };
      },
    },
    wish.limits ?? usual,
  );
}
