import { createCipheriv, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { currentHeader, seal, sealingKeys, unseal } from './sealed.ts';

const key = randomBytes(32);
const ring = sealingKeys(key);
const another = sealingKeys(randomBytes(32));
const secret = Buffer.from('a private key');

describe('a sealed value', () => {
  it('opens with the key and the label it was sealed with', () => {
    expect(unseal(seal(secret, ring, 'one'), ring, 'one')).toEqual(secret);
  });

  it('does not open otherwise', () => {
    const sealed = seal(secret, ring, 'one');
    expect(() => unseal(sealed, another, 'one')).toThrow('unable to authenticate data');
    expect(() => unseal(sealed, ring, 'two')).toThrow('unable to authenticate data');
    expect(() => unseal(sealed.subarray(0, -1), ring, 'one')).toThrow('unable to authenticate data');
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = Buffer.from(sealed);
      changed[i]! ^= 1;
      expect(() => unseal(changed, ring, 'one')).toThrow('unable to authenticate data');
    }
  });

  it('never looks the same twice and does not show its content', () => {
    expect(seal(secret, ring, 'one')).not.toEqual(seal(secret, ring, 'one'));
    expect(seal(secret, ring, 'one').includes(secret)).toBe(false);
  });

  it('opens with a former key, and says by its header which one has sealed it', () => {
    const next = sealingKeys(randomBytes(32), [key]);
    const sealed = seal(secret, ring, 'one');
    expect(unseal(sealed, next, 'one')).toEqual(secret);
    const header = currentHeader(next);
    expect(sealed.subarray(0, header.length).equals(header)).toBe(false);
    expect(seal(secret, next, 'one').subarray(0, header.length)).toEqual(header);
    expect(() => unseal(seal(secret, next, 'one'), ring, 'one')).toThrow('unable to authenticate data');
  });

  it('opens in the form of before the ring, whichever key of it was the one', () => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from('one'));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    const old = Buffer.concat([iv, cipher.getAuthTag(), text]);
    expect(unseal(old, ring, 'one')).toEqual(secret);
    expect(unseal(old, sealingKeys(randomBytes(32), [randomBytes(32), key]), 'one')).toEqual(secret);
    expect(() => unseal(old, another, 'one')).toThrow('unable to authenticate data');
  });
});
