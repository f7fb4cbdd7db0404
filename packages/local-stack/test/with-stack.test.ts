import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { run } from '../src/run.ts';
import { testStack } from '../src/test-stack.ts';

const withStack = join(import.meta.dirname, '../src/with-stack.ts');

describe('with-stack', () => {
  it('uses the stack around it and ends with the command’s exit code', async () => {
    const script = 'console.log(process.env.CARETHREAD_TEST_STACK); process.exit(7)';
    const { code, stdout } = await run(process.execPath, [withStack, '--', process.execPath, '-e', script]);
    expect(code).toBe(7);
    expect(JSON.parse(stdout)).toEqual(testStack());
  });

  it('says how it is called', async () => {
    const { code, stderr } = await run(process.execPath, [withStack, 'npm', 'test']);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage:');
  });

  it('is what a suite is told to use when it runs without', () => {
    const { CARETHREAD_TEST_STACK: stack } = process.env;
    delete process.env['CARETHREAD_TEST_STACK'];
    expect(testStack).toThrow('with-stack.ts');
    process.env['CARETHREAD_TEST_STACK'] = stack;
  });
});
