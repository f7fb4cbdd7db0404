/**
 * Two services under load while their processes, their broker and their database die, pause and are poisoned:
 * `node test/chaos.ts --seconds 600 --seed 7`. Prints one line of JSON; exit code 1 when anything was lost, doubled,
 * disordered or left behind.
 */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { pause } from '../src/pause.ts';
import { Arena, flawless } from './arena/arena.ts';
import { faultsOf } from './arena/faults.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rate: { type: 'string', default: '60' },
    faults: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed);

const stack = await startThrowawayStack();
process.env[testStackVariable] = JSON.stringify(stack.stack);
const arena = await Arena.open(seed);
let failed = true;
try {
  const faults = faultsOf(arena, stack);
  const names = values.faults?.split(',') ?? Object.keys(faults);
  for (const instance of arena.instances) instance.start();
  const loading = arena.load.run(Number(values.rate));

  const happened: Record<string, number> = {};
  const end = Date.now() + Number(values.seconds) * 1_000;
  while (Date.now() < end) {
    await pause(400 + arena.random() * 1_500);
    const name = names[Math.floor(arena.random() * names.length)]!;
    if (values.verbose) console.error(`${Math.ceil((end - Date.now()) / 1_000)} s left: ${name}`);
    happened[name] = (happened[name] ?? 0) + 1;
    await faults[name]!();
  }
  arena.load.stop();
  await loading;
  const healedAt = Date.now();
  const verdict = await arena.settle(300_000);
  failed = !isDeepStrictEqual(verdict, flawless);

  const latencies = arena.load.latencies.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0);
  console.log(
    JSON.stringify({
      seed,
      faults: happened,
      poisonings: arena.instances.reduce((sum, { poisonings }) => sum + poisonings, 0),
      requests: arena.load.acknowledged.size,
      repeats: arena.load.repeats,
      latencyMs: { p50: at(0.5), p99: at(0.99) },
      drainedAfterMs: Date.now() - healedAt,
      flawless: !failed,
      ...(failed ? { verdict } : {}),
    }),
  );
} finally {
  await arena.close().catch(() => {});
  await stack.dispose();
}
process.exitCode = failed ? 1 : 0;
