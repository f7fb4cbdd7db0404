import type { Tx } from '@carethread/bus/transaction.ts';
import { type ImportWish, sourceOf } from '../importing/import-wish.ts';
import { countingListener, type Listener } from '../importing/listener.ts';
import { contentHash } from '../importing/source-file.ts';
import { usual } from '../release/concerns.ts';
import { type Replaced, replacePart } from '../release/replace-part.ts';
import { type NdcFiles, packageFiles, productFiles } from './ndc-files.ts';
import { writePackages } from './write-packages.ts';
import { writeProducts } from './write-products.ts';

/** The FDA's National Drug Code directory becomes the part `ndc` of a new release. */
export async function importNdc(
  tx: Tx,
  files: NdcFiles,
  listener: Listener,
  wish: ImportWish = {},
): Promise<Replaced> {
  const [products, packages] = [productFiles(files), packageFiles(files)];
  const paths = [...products, ...packages].map(({ path }) => path);
  const counting = countingListener(listener);
  return replacePart(
    tx,
    {
      origin: 'ndc',
      contentHash: await contentHash('ndc 2', paths),
      ...sourceOf(wish, {
        name: 'FDA National Drug Code directory',
        licence: 'Public domain (US Government work)',
      }),
      async write(into, release) {
        const taken = await writeProducts(into, release, products, counting);
        const packed = await writePackages(into, release, packages, taken, counting);
        return { products: taken.size, packages: packed, ...counting.counts };
      },
    },
    wish.limits ?? usual,
  );
}
