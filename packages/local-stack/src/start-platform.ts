/** `npm start`: the whole platform on this machine, until Ctrl-C. */
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { isPortFree } from './free-port.ts';
import { generateCode } from './platform-scripts.ts';
import { startPlatform, type Platform } from './platform.ts';
import { onConsole } from './progress.ts';
import { whoRuns } from './run-lock.ts';
import { repository } from './service-table.ts';
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

try {
  await checkPort();
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
  const demo = process.env['NODE_ENV'] !== 'production';
  console.log(welcome({ url: platform.url, logs: join(dataDir, 'logs'), demo }));
} catch (error) {
  if (!leaving) console.error(`\n${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`);
  process.exit(leaving ? 0 : 1);
}

async function checkPort(): Promise<void> {
  if (!Number.isInteger(gatewayPort) || gatewayPort < 1 || gatewayPort > 65_535) {
    throw new Error(`PORT is ${process.env['PORT']}, which is not a port number (1 to 65535).`);
  }
  // The lock names the other one better than its port does.
  if (await whoRuns(dataDir)) return;
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
