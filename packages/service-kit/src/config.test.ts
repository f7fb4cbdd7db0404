import { describe, expect, it } from '@jest/globals';
import { ConfigError, readConfig, serviceConfig } from './config.ts';

const whole = {
  PORT: '4101',
  DATABASE_URL: 'postgres://app@localhost/x',
  WORKER_DATABASE_URL: 'postgres://worker@localhost/x',
  RELAY_DATABASE_URL: 'postgres://relay@localhost/x',
  AMQP_URL: 'amqp://localhost',
  GATEWAY_JWKS_URL: 'http://localhost/jwks.json',
};

describe('readConfig', () => {
  it('reads a whole environment', () => {
    expect(readConfig(serviceConfig, whole)).toMatchObject({
      PORT: 4101,
      LOG_LEVEL: 'info',
      DATABASE_POOL: 15,
    });
  });

  it('names every problem in one message', () => {
    const broken = { ...whole, PORT: '41o1', AMQP_URL: 'http://localhost', DATABASE_URL: '' };
    const read = () => readConfig(serviceConfig, broken);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/3 problem/);
    for (const name of ['PORT', 'AMQP_URL', 'DATABASE_URL: is not set']) expect(read).toThrow(name);
  });
});
