import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '@carethread/service-kit/log.ts';
import { IdentityKeys, KeysUnavailable } from '../src/sign-in/identity-keys.ts';
import { type IdentityProvider, newSigningKey, startIdentityProvider } from './fixtures/identity-provider.ts';
import { until } from './fixtures/until.ts';

const minute = 60_000;

describe('identity keys', () => {
  let provider: IdentityProvider;
  let keys: IdentityKeys;
  let now = 0;
  const next = newSigningKey();
  beforeEach(async () => {
    now = 0;
    provider = await startIdentityProvider();
    keys = new IdentityKeys(provider.jwksUrl, createLog('test', 'silent'), () => now);
  });
  afterEach(() => provider.stop());

  it('are fetched once for many tokens', async () => {
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(provider.key.kid)));
    expect(found.every((key) => key?.equals(provider.key.publicKey))).toBe(true);
    expect(provider.asked).toBe(1);
  });

  it('are fetched anew for an unknown id, but not oftener than every half minute', async () => {
    await keys.find(provider.key.kid);
    provider.publish([provider.key, next]);
    expect(await keys.find(next.kid)).toBeNull();
    now += minute / 2;
    expect(await keys.find(next.kid)).not.toBeNull();
    expect(await keys.find('invented')).toBeNull();
    expect(provider.asked).toBe(2);
  });

  it('go on being refreshed while somebody invents ids', async () => {
    await keys.find(provider.key.kid);
    provider.publish([next]);
    now += 11 * minute;
    await keys.find('invented');
    expect(await keys.find(provider.key.kid)).toBeNull();
  });

  it('are refreshed behind the reader’s back after ten minutes, and a removed key is refused then', async () => {
    let changes = 0;
    keys.onChange = () => (changes += 1);
    await keys.find(provider.key.kid);
    provider.publish([next]);
    now += 11 * minute;
    expect(await keys.find(provider.key.kid)).not.toBeNull();
    await until(() => changes === 2, 'the refresh');
    expect(await keys.find(provider.key.kid)).toBeNull();
  });

  it('are kept for a day while identity is away, and then nothing can be said', async () => {
    await keys.find(provider.key.kid);
    await provider.stop();
    now += 23 * 60 * minute;
    expect(await keys.find(provider.key.kid)).not.toBeNull();
    now += 2 * 60 * minute;
    await expect(keys.find(provider.key.kid)).rejects.toThrow(KeysUnavailable);
  });
});
