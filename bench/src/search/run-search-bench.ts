/** `node bench/src/search/run-search-bench.ts`: the search part of `npm run bench` alone. BENCH_PRODUCTS, BENCH_SECONDS. */
import { reportSearch } from './report-search.ts';
import { searchBench } from './search-bench.ts';

const atLeast = Number(process.env['BENCH_PRODUCTS'] ?? 100_000);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 10);
console.log(reportSearch(await searchBench({ atLeast, seconds })));
