/**
 * Runs a command with a PostgreSQL and a RabbitMQ of its own: `node with-stack.ts -- <command…>`. Inside another
 * with-stack it uses that one's. Ends with the command's exit code.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { testStackVariable } from './test-stack.ts';
import { startThrowawayStack } from './throwaway-stack.ts';

const [separator, command, ...args] = process.argv.slice(2);
if (separator !== '--' || !command) {
  console.error('Usage: node with-stack.ts -- <command> [arguments]');
  process.exit(2);
}

// A signal to the whole terminal reaches the command too, so we only stay alive to clean up after it.
let stopping: NodeJS.Signals | null = null;
let forward: (signal: NodeJS.Signals) => void = () => undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopping = signal;
    forward(signal);
  });
}

process.exitCode = process.env[testStackVariable] ? await runCommand({}) : await runWithStack();

async function runWithStack(): Promise<number> {
  const { stack, dispose } = await startThrowawayStack((line) => console.error(line));
  try {
    return await runCommand({ [testStackVariable]: JSON.stringify(stack) });
  } finally {
    await dispose();
  }
}

function runCommand(extra: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    if (stopping) return resolve(128 + constants.signals[stopping]);
    const child = spawn(command!, args, { stdio: 'inherit', env: { ...process.env, ...extra } });
    forward = (signal) => child.kill(signal);
    child.on('error', (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
}
