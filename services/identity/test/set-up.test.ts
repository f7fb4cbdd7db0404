import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { startEmpty } from './identity.ts';

let identity: TestService;
beforeAll(async () => {
  identity = await startEmpty();
});
afterAll(() => identity.close());

const answers = {
  organisation: 'Northern Telehealth',
  city: 'Bergen',
  'time-zone': 'Europe/Oslo',
  jurisdiction: 'NO',
  email: 'Root@north.example',
  name: 'Ingrid Vik',
};
function setUp(more: object = {}, password = 'a good long password') {
  const args = Object.entries({ ...answers, ...more }).map(([name, value]) => `--${name}=${value}`);
  const command = resolve(import.meta.dirname, '../src/set-up-cli.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    input: `${password}\n`,
    env: { ...process.env, OWNER_DATABASE_URL: identity.loginUrl('owner') },
  });
  return { status, said: (stdout + stderr).trim() };
}
const signIn = `mutation { signIn(input: { email: "root@north.example", password: "a good long password" }) {
  session { user { displayName } membership { role permissions organisation { name kind } } } } }`;

describe('setting up an installation', () => {
  it('says everything that is wrong', () => {
    expect(setUp({ email: 'root', city: '' }, 'short')).toEqual({
      status: 2,
      said: [
        'city: must not be empty',
        'email: must be an e-mail address',
        'password: must be at least 12 characters',
      ].join('\n'),
    });
  });

  it('makes an operator and an administrator who can sign in', async () => {
    expect(setUp()).toEqual({ status: 0, said: 'root@north.example is the first administrator' });
    const { data } = await identity.ask(null, signIn);
    expect(data.signIn.session).toMatchObject({
      user: { displayName: 'Ingrid Vik' },
      membership: { role: 'ADMINISTRATOR', organisation: { name: 'Northern Telehealth', kind: 'OPERATOR' } },
    });
    expect(data.signIn.session.membership.permissions).toContain('ManageUsers');
  });

  it('is for installations without an administrator', () => {
    expect(setUp({ email: 'another@north.example' })).toMatchObject({ status: 2 });
  });
});
