import { execFile } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { failpointExitCode } from './failpoint.ts';

const module = new URL('./failpoint.ts', import.meta.url).href;
const program = `const { failpoint } = await import(${JSON.stringify(module)});
for (let pass = 1; pass <= 5; pass++) { failpoint('here'); failpoint('there'); console.log(pass); }`;

/** Runs a process that passes two fail-points five times each. */
const run = (
  failpoints: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; passes: number; said: string }> =>
  new Promise((resolve) => {
    const options = { env: { ...process.env, NODE_ENV: 'test', CARETHREAD_FAILPOINTS: failpoints, ...env } };
    const args = ['--no-warnings', '--input-type=module', '--eval', program];
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({
        code: Number(error?.code ?? 0),
        passes: stdout.split('\n').filter(Boolean).length,
        said: stderr,
      }),
    );
  });

describe('a fail-point', () => {
  it('does nothing unless it is named', async () => {
    expect(await run('')).toMatchObject({ code: 0, passes: 5 });
    expect(await run('elsewhere=1')).toMatchObject({ code: 0, passes: 5 });
  });

  it('ends the process at the pass that was asked for, and says where', async () => {
    expect(await run('there=#3')).toEqual({ code: failpointExitCode, passes: 2, said: 'FAILPOINT there\n' });
  });

  it('ends it with the given probability', async () => {
    expect(await run('here=1,there=0.001')).toMatchObject({
      code: failpointExitCode,
      passes: 0,
      said: 'FAILPOINT here\n',
    });
  });

  it('never does so in production', async () => {
    expect(await run('here=1', { NODE_ENV: 'production' })).toMatchObject({ code: 0, passes: 5 });
  });

  it('is not set by a setting nobody can read', async () => {
    expect(await run('here=often')).toMatchObject({
      code: 1,
      said: expect.stringContaining('cannot read "here=often"'),
    });
  });
});
