/** `npm start`: the whole platform on this machine, until Ctrl-C. */
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { isPortFree } from './free-port.ts';
import { keepRunning } from './keep-running.ts';
import { endLeftovers } from './leftovers.ts';
import { generateCode } from './platform-scripts.ts';
import { startPlatform, type Platform } from './platform.ts';
import { onConsole } from './progress.ts';
import { isAbandoned, refuseIfRunning } from './run-lock.ts';
import { repository, usesStripe } from './service-table.ts';
import { welcome } from './welcome.ts';

const dataDir = resolve(process.env['DATA_DIR'] || join(repository, '.carethread'));
const gatewayPort = Number(process.env['PORT'] || 4000);

const aborted = new AbortController();
let platform: Platform | undefined;
let leaving = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (leaving) return;
    leaving = true;
    console.log(`\n${pc.dim('Stopping …')}`);
    aborted.abort(new Error('stopped while starting'));
    if (platform) void leave(platform);
  });
}
// A closed terminal takes our output with it; stopping in order goes on without.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  await checkFolderAndPort();
  console.log(`Starting Carethread; its data is in ${dataDir}`);
  const sourcesReady = onConsole.step('generated code', generateCode);
  // Awaited later; until then a failure of it must not count as unhandled.
  sourcesReady.catch(() => undefined);
  platform = await startPlatform({
    dataDir,
    gatewayPort,
    progress: onConsole,
    sourcesReady,
    signal: aborted.signal,
  });
  for (const [name, server] of [
    ['PostgreSQL', platform.postgres],
    ['RabbitMQ', platform.rabbitMq],
  ] as const) {
    void keepRunning(name, server, aborted.signal, onConsole.note);
  }
  const demo = process.env['NODE_ENV'] !== 'production';
  console.log(welcome({ url: platform.url, logs: join(dataDir, 'logs'), demo, stripe: usesStripe() }));
} catch (error) {
  if (!leaving) console.error(`\n${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`);
  process.exit(leaving ? 0 : 1);
}

/** Before anything is started, so that a mistake is told at once. */
async function checkFolderAndPort(): Promise<void> {
  if (!Number.isInteger(gatewayPort) || gatewayPort < 1 || gatewayPort > 65_535) {
    throw new Error(`PORT is ${process.env['PORT']}, which is not a port number (1 to 65535).`);
  }
  await refuseIfRunning(dataDir);
  // A gateway left behind by a killed start would hold the port.
  if (await isAbandoned(dataDir)) await endLeftovers(dataDir);
  // Both addresses that "localhost" may mean: a web server on the other one would answer instead of us.
  for (const host of ['127.0.0.1', '::']) {
    if (await isPortFree(gatewayPort, host)) continue;
    throw new Error(
      `Port ${gatewayPort} is used by another program. Start on another one: PORT=${gatewayPort + 1} npm start`,
    );
  }
}

async function leave(running: Platform): Promise<void> {
  const startedAt = performance.now();
  try {
    await running.stop();
    console.log(
      pc.dim(
        `Stopped in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s; the data stays in ${dataDir}`,
      ),
    );
    process.exit(0);
  } catch (error) {
    console.error(`${pc.red('✗')} Not everything stopped: ${(error as Error).message}`);
    process.exit(1);
  }
}
