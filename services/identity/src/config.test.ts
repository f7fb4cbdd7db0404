import { describe, expect, it } from '@jest/globals';
import { readIdentityConfig } from './config.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const url = 'postgres://localhost/x';
const env = {
  PORT: '1',
  DATABASE_URL: url,
  WORKER_DATABASE_URL: url,
  RELAY_DATABASE_URL: url,
  AMQP_URL: 'amqp://localhost',
  GATEWAY_JWKS_URL: 'http://localhost/jwks.json',
  KEY_ENCRYPTION_KEY: key,
};

describe('the environment', () => {
  it('may name former keys, and the pages passkeys are used on', () => {
    const config = readIdentityConfig({
      ...env,
      FORMER_KEY_ENCRYPTION_KEYS: `${key}, ${key}`,
      PASSKEY_DOMAIN: 'example.org',
      PASSKEY_ORIGINS: 'https://example.org,https://app.example.org:8443',
    });
    expect(config.FORMER_KEY_ENCRYPTION_KEYS).toHaveLength(2);
    expect(config.PASSKEY_ORIGINS).toEqual(['https://example.org', 'https://app.example.org:8443']);
  });

  it.each([
    [{ FORMER_KEY_ENCRYPTION_KEYS: 'AAAA' }, 'FORMER_KEY_ENCRYPTION_KEYS'],
    [{ PASSKEY_DOMAIN: 'https://example.org' }, 'PASSKEY_DOMAIN'],
    [{ PASSKEY_ORIGINS: 'http://example.org', PASSKEY_DOMAIN: 'example.org' }, 'http://example.org must be'],
    [{ PASSKEY_ORIGINS: 'https://other.org', PASSKEY_DOMAIN: 'example.org' }, 'https://other.org must be'],
    [{ PASSKEY_ORIGINS: 'https://notexample.org', PASSKEY_DOMAIN: 'example.org' }, 'notexample.org must be'],
    [
      { PASSKEY_ORIGINS: 'https://example.org/', PASSKEY_DOMAIN: 'example.org' },
      'https://example.org/ must be',
    ],
    [{ PASSKEY_ORIGINS: 'nonsense' }, 'nonsense must be'],
    [{ PASSKEY_ORIGINS: ',' }, 'must name an origin'],
    [{ NODE_ENV: 'production' }, 'PASSKEY_DOMAIN: must be the domain'],
  ])('is refused as a whole: %j', (more, problem) => {
    expect(() => readIdentityConfig({ ...env, ...more })).toThrow(problem);
  });
});
