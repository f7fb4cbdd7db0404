import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { catalogConfig } from '@carethread/catalog/config.ts';
import { loadFormulary } from '@carethread/catalog/formulary/load-formulary.ts';
import { importNdc } from '@carethread/catalog/import-ndc/import-ndc.ts';
import { readMisspellings } from '@carethread/catalog/benchmark/misspellings.ts';
import { multiplyProducts } from '@carethread/catalog/benchmark/multiply-products.ts';
import { type Outcome, type Score, scoreOf } from '@carethread/catalog/benchmark/score.ts';
import { createCatalogService } from '@carethread/catalog/service.ts';
import { testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { startTestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { measure, type Timing } from '../measure.ts';
import {
  catalogInGraphQl,
  catalogInSql,
  type Engine,
  fullText,
  ilike,
  inMemory,
  scoredHits,
} from './engines.ts';
import { questions } from './questions.ts';

export interface EngineFigures {
  readonly name: string;
  readonly timing: Timing;
  readonly megabytes: number;
  readonly tuned: Score;
  readonly heldOut: Score;
}
export interface SearchFigures {
  readonly products: number;
  readonly source: string;
  readonly engines: EngineFigures[];
}

const catalog = fileURLToPath(new URL('../../../services/catalog', import.meta.url));

/**
 * Eight people search at least `atLeast` products at once: ours beside ILIKE, full text and an engine in memory. The products
 * are the formulary's and, where CARETHREAD_DATA_DIR_FIXTURES names its folder, those of the NDC directory, each under as
 * many companies as it takes.
 */
export async function searchBench({ atLeast = 100_000, seconds = 10 } = {}): Promise<SearchFigures> {
  const outer = process.env[testStackVariable];
  const own = outer ? null : await startThrowawayStack(() => {});
  if (own) process.env[testStackVariable] = JSON.stringify(own.stack);
  const service = await startTestService('catalog', catalog, (env) =>
    createCatalogService(readConfig(catalogConfig, env)),
  );
  const pool = new pg.Pool({ connectionString: service.loginUrl('owner'), max: 8 });
  try {
    const source = await inOwnTransaction(service.loginUrl('owner'), fill);
    const products = await inOwnTransaction(service.loginUrl('owner'), (tx) => multiplyProducts(tx, atLeast));
    await pool.query('VACUUM ANALYZE');
    const engines = [
      await catalogInSql(pool),
      catalogInGraphQl(service),
      ilike(pool),
      await fullText(pool),
      await inMemory(pool),
    ];
    const figures: EngineFigures[] = [];
    for (const engine of engines) figures.push(await figuresOf(engine, pool, seconds));
    return { products, source, engines: figures };
  } finally {
    await pool.end();
    await service.close();
    await own?.dispose();
    if (own) delete process.env[testStackVariable];
  }
}

async function inOwnTransaction<Result>(url: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString: url, max: 1, pipeline: true });
  try {
    return await inTransaction(pool, work);
  } finally {
    await pool.end();
  }
}

async function fill(tx: Tx): Promise<string> {
  await loadFormulary(tx);
  const folder = join(process.env['CARETHREAD_DATA_DIR_FIXTURES'] ?? '', 'us-fda-ndc');
  const [productFile, packageFile] = [join(folder, 'product.txt.gz'), join(folder, 'package.txt.gz')];
  if (!process.env['CARETHREAD_DATA_DIR_FIXTURES'] || !existsSync(productFile))
    return 'formulary, multiplied';
  await importNdc(tx, { productFile, packageFile }, { onBytes: () => {}, onLine: () => {} });
  return 'formulary and NDC directory, multiplied';
}

async function figuresOf(engine: Engine, pool: pg.Pool, seconds: number): Promise<EngineFigures> {
  const mix = questions();
  let next = 0;
  const timing = await measure(() => engine.search(mix[next++ % mix.length]!), {
    clients: 8,
    seconds,
    warmUp: 100,
  });
  const outcomes: Outcome[] = [];
  for (const each of readMisspellings())
    outcomes.push({ ...each, hits: await scoredHits(pool, engine, each.typed) });
  const of = (part: string) => scoreOf(outcomes.filter((each) => each.part === part));
  return {
    name: engine.name,
    timing,
    megabytes: engine.megabytes,
    tuned: of('tuned'),
    heldOut: of('held out'),
  };
}
