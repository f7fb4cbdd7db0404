import { createHash } from 'node:crypto';
import type { Tx } from '@carethread/bus/transaction.ts';
import { NoRelease } from '../release/current-release.ts';
import {
  completeRelease,
  lockReleases,
  openRelease,
  publishRelease,
  type ReleaseInForce,
  releaseInForce,
} from '../release/publish-release.ts';
import { copyPart } from '../release/rows.ts';
import { compareReleases, type ReleaseDifference } from './compare-releases.ts';
import type { Listener } from './listener.ts';
import { eachChunk } from './read-table.ts';
import { writePackages } from './write-packages.ts';
import { writeProducts } from './write-products.ts';

export interface NdcFiles {
  readonly productFile: string;
  readonly packageFile: string;
}
export type Imported =
  | { readonly changed: false; readonly release: ReleaseInForce }
  | {
      readonly changed: true;
      readonly release: ReleaseInForce;
      readonly products: number;
      readonly packages: number;
      readonly difference: ReleaseDifference;
    };

/**
 * Makes a release of the formulary in force and the products and packages of the FDA's files, and puts it into force: all
 * of it or, when anything fails, nothing. The same files again change nothing.
 */
export async function importNdc(tx: Tx, files: NdcFiles, listener: Listener): Promise<Imported> {
  await lockReleases(tx);
  const before = await releaseInForce(tx);
  if (!before) throw new NoRelease();
  const ndcHash = await contentHash(files);
  if (before.ndcHash === ndcHash) return { changed: false, release: before };
  const release = await openRelease(tx, { formularyHash: before.formularyHash, ndcHash });
  await copyPart(tx, before.id, release.id, 'formulary');
  const products = await writeProducts(tx, release.id, files.productFile, listener);
  const packages = await writePackages(tx, release.id, files.packageFile, products, listener);
  await completeRelease(tx, release.id);
  const difference = await compareReleases(tx, before.id, release.id);
  await publishRelease(tx, release);
  return { changed: true, release, products: products.size, packages, difference };
}

/** SHA-256 of what is in the files, packed or not. */
async function contentHash({ productFile, packageFile }: NdcFiles): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [productFile, packageFile]) {
    await eachChunk(file, (chunk) => void hash.update(chunk));
    hash.update('\0');
  }
  return hash.digest('hex');
}
