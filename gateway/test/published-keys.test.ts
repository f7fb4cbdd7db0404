import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLog } from '@carethread/service-kit/log.ts';
import { PublishedKeys, KeysUnavailable } from '@carethread/service-kit/published-keys.ts';
import { type IdentityProvider, newSigningKey, startIdentityProvider } from './fixtures/identity-provider.ts';
import { until } from './fixtures/until.ts';

const minute = 60_000;

describe('identity keys', () => {
  let provider: IdentityProvider;
  let keys: PublishedKeys;
  let now = 0;
  const next = newSigningKey();
  beforeEach(async () => {
    now = 0;
    provider = await startIdentityProvider();
    keys = new PublishedKeys(provider.jwksUrl, createLog('test', 'silent'), () => now);
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

  it('hold every key that signs, through any number of rotations, whenever tokens come', async () => {
    // What identity keeps to: half an hour between publishing and signing, as long between signing and the end. It takes
    // up to ten minutes until we can see what was published (its other instances, HTTP caches).
    const [half, seenWithin] = [30 * minute, 10 * minute];
    const line = [provider.key, next, newSigningKey(), newSigningKey()];
    const rotateEvery = 3 * half;
    const publishedFrom = (index: number) => (index === 0 ? -Infinity : index * rotateEvery);
    const endsAt = (index: number) =>
      index === line.length - 1 ? Infinity : publishedFrom(index + 1) + 2 * half;
    const moments = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(moments, fc.integer({ min: 0, max: seenWithin }), async (pauses, lag) => {
        now = 0;
        const warm = new PublishedKeys(provider.jwksUrl, createLog('test', 'silent'), () => now);
        for (const pause of pauses) {
          const seen = now - lag;
          provider.publish(line.filter((_, index) => publishedFrom(index) <= seen && seen < endsAt(index)));
          const signing = line.findLast((_, index) => publishedFrom(index) + half <= now || index === 0)!;
          expect(await warm.find(signing.kid)).not.toBeNull();
          // Somebody who invents ids uses up what may be asked.
          await warm.find('invented');
          now += pause * minute;
        }
      }),
      { numRuns: 25, examples: [[[46, 68, 62, 54, 27, 47, 51, 65, 1, 1], 0]] },
    );
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
