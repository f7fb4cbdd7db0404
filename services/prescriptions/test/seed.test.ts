import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { person } from '@carethread/service-kit/testing/people.ts';
import { demoUserId } from '../src/demo/demo-patients.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const seed = (env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../src/seed-cli.ts', import.meta.url))],
    {
      env: { PATH: process.env['PATH'], WORKER_DATABASE_URL: world.env['WORKER_DATABASE_URL'], ...env },
      encoding: 'utf8',
    },
  );
  return { status, said: stdout + stderr };
};

describe('the demonstration', () => {
  it('is refused without being asked for, and in production', () => {
    expect(seed({})).toMatchObject({ status: 2, said: expect.stringContaining('CARETHREAD_DEMO') });
    expect(seed({ CARETHREAD_DEMO: '1', NODE_ENV: 'production' })).toMatchObject({ status: 2 });
  });

  it('gives its patients facts, once', async () => {
    expect(seed({ CARETHREAD_DEMO: '1' })).toEqual({ status: 0, said: 'began 2 patient profiles\n' });
    expect(seed({ CARETHREAD_DEMO: '1' })).toEqual({ status: 0, said: 'the demonstration is complete\n' });
    const { patientProfile } = await world.query(
      person('patient', { userId: demoUserId('patient') }),
      '{ patientProfile { birthDate sex weightGrams allergies { code } } }',
    );
    expect(patientProfile).toEqual({
      birthDate: '1984-03-14',
      sex: 'FEMALE',
      weightGrams: 64_000,
      allergies: [{ code: 'class:PENICILLIN' }],
    });
  });
});
