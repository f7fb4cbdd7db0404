import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { effort } from '@carethread/local-stack/effort.ts';
import { expect, it } from '@jest/globals';

const program = fileURLToPath(new URL('./chaos.ts', import.meta.url));

it('two services lose, double and disorder nothing while everything they stand on is killed', async () => {
  // A process of its own, with a database and a broker of its own: it kills them.
  const seconds = String(effort(12, 60));
  const args = ['--no-warnings', program, '--seconds', seconds, '--seed', process.env.SEED ?? '41'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(said);
  expect(JSON.parse(said)).toMatchObject({ flawless: true });
}, 400_000);
