import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { networkOf } from '../src/rate-limits/asker.ts';
import { setUpStore, storeSql } from '../src/rate-limits/set-up-store.ts';
import { anActor, newKeyPair } from './fixtures/identity-provider.ts';
import { liveClient } from './fixtures/live-client.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

const signIn = `mutation($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { name userErrors { code } } }`;
const limited = { status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] };

describe('two gateways with one store', () => {
  const signingKey = newKeyPair().privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  let database: TestDatabase;
  let first: Platform;
  let second: Platform;
  beforeAll(async () => {
    database = await createTestDatabase('gateway', { key: storeSql, migrate: setUpStore });
    const env = {
      INTERNAL_SIGNING_KEY: signingKey,
      RATE_DATABASE_URL: database.appUrl,
      RATE_APP: '400',
      RATE_TRIES_ACCOUNT: '3',
      RATE_TRIES_NETWORK: '6',
      TRUSTED_PROXIES: '127.0.0.1',
    };
    [first, second] = await Promise.all([startPlatform({ env }), startPlatform({ env })]);
  });
  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await database.drop();
  });

  const tryFrom = (platform: Platform, email: string, password = 'wrong', address = '198.51.100.7') =>
    platform.ask(signIn, { variables: { email, password }, headers: { 'x-forwarded-for': address } });
  const rows = async (text: string) => {
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows as { key: string; points: number }[];
    } finally {
      await client.end();
    }
  };

  it('count wrong passwords of an account together, from wherever they come', async () => {
    for (const [platform, address] of [
      [first, '198.51.100.1'],
      [second, '198.51.100.2'],
      [first, '198.51.100.3'],
    ] as const)
      expect(await tryFrom(platform, 'Ann@demo.example', 'wrong', address)).toMatchObject({
        status: 200,
        data: { signIn: { userErrors: [{ code: 'NOT_ALLOWED' }] } },
      });
    for (const platform of [first, second]) {
      const refused = await tryFrom(platform, ' ann@DEMO.example', 'right', '198.51.100.4');
      expect(refused).toMatchObject(limited);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800);
      expect(refused.errors?.[0]?.extensions['retryAfterMs']).toBeGreaterThan(800_000);
    }
    expect(await tryFrom(second, 'ben@demo.example', 'right')).toMatchObject({ status: 200 });
  });

  it('count every alias of a request', async () => {
    const aliases = Array.from(
      { length: 4 },
      (_, n) =>
        `a${n}: signIn(input: { email: "many@demo.example", password: "p${n}" }) { userErrors { code } }`,
    );
    const before = first.services.identity.received.length;
    expect(
      await first.ask(`mutation { ...F } fragment F on Mutation { ${aliases.join(' ')} }`),
    ).toMatchObject(limited);
    expect(first.services.identity.received.length).toBe(before);
  });

  it('count what comes from one network, whichever accounts it tries', async () => {
    for (let n = 0; n < 6; n += 1)
      await tryFrom(n % 2 ? first : second, `${n}@demo.example`, 'wrong', `2001:db8:1:2::${n}`);
    expect(await tryFrom(first, 'other@demo.example', 'wrong', '2001:db8:1:2:ffff::1')).toMatchObject(
      limited,
    );
    expect(await tryFrom(first, 'other@demo.example', 'wrong', '2001:db8:1:3::1')).toMatchObject({
      status: 200,
    });
  });

  it('count no success', async () => {
    for (let n = 0; n < 12; n += 1)
      expect(await tryFrom(n % 2 ? first : second, 'cleo@demo.example', 'right')).toMatchObject({
        status: 200,
      });
  });

  it('keep neither addresses nor accounts', async () => {
    await tryFrom(first, 'ann@demo.example');
    const keys = (await rows('SELECT key FROM spent')).map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.join()).not.toMatch(/ann|demo|198\.51/);
  });

  it('settle what a person has spent in shares, and refuse them everywhere when it is all', async () => {
    const actor = anActor();
    const shared = "SELECT points FROM spent WHERE key LIKE 'app:%'";
    const page = '{ directory(first: 18) { id } }';
    const ask = (platform: Platform) => platform.ask(page, { token: platform.token(actor) });
    // 19 points each: below a share of 20 the store is not asked at all.
    const one = await ask(first);
    expect(one.headers.get('ratelimit-policy')).toBe('"objects";q=400;w=60');
    expect(one.headers.get('ratelimit')).toMatch(/^"objects";r=381;t=(60|5\d)$/);
    expect(await rows(shared)).toEqual([]);
    for (let n = 1; n < 16; n += 1) await ask(first);
    await first.gateway.rates.settled();
    // All of it, but for less than a share.
    expect((await rows(shared))[0]?.points).toBeGreaterThan(16 * 19 - 20);
    const answers = [];
    // What the first has not settled may pay for one more.
    for (let n = 0; n < 9; n += 1) {
      answers.push((await ask(second)).status);
      await second.gateway.rates.settled();
    }
    // Two of its own are a share, with which the second learns of the first's.
    expect(answers.slice(0, 4)).toEqual([200, 200, 200, 200]);
    expect(answers.slice(-3)).toEqual([429, 429, 429]);
    expect(await ask(second)).toMatchObject(limited);
    expect(await second.ask(page, { token: second.token(anActor()) })).toMatchObject({ status: 200 });
  });

  it('let documents that cannot be run be paid for', async () => {
    const token = first.token(anActor());
    for (let n = 0; n < 41; n += 1) await first.ask('{ nothing }', { token });
    expect(await first.ask('{ nothing', { token })).toMatchObject(limited);
  });

  it('let subscriptions be paid for', async () => {
    const token = first.token(anActor());
    const client = liveClient(first.url, token);
    for (let n = 0; n < 41; n += 1) await client.subscribe('subscription { nothing }').ended;
    expect(await client.subscribe('subscription { inboxEvents { kind } }').ended).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } },
    ]);
    client.stop();
  });
});

describe('a gateway whose store is away', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform({
      env: { RATE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', RATE_TRIES_ACCOUNT: '3' },
    });
  });
  afterAll(() => platform.stop());

  it('counts by itself', async () => {
    const ask = () => platform.ask(signIn, { variables: { email: 'ann@demo.example', password: 'wrong' } });
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push((await ask()).status);
    expect(answers).toEqual([200, 200, 200, 429, 429]);
  });

  it('does not take a stranger’s word for an address', async () => {
    // No proxy is trusted here: all of these are one network, whatever they say.
    const ask = (n: number) =>
      platform.ask(signIn, {
        variables: { email: `${n}@demo.example`, password: 'wrong' },
        headers: { 'x-forwarded-for': `203.0.113.${n}` },
      });
    const answers = await Promise.all(Array.from({ length: 110 }, (_, n) => ask(n)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0001:0002:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
