import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { seal, unseal } from './sealed.ts';

const key = randomBytes(32);
const secret = Buffer.from('a private key');

describe('a sealed value', () => {
  it('opens with the key and the label it was sealed with', () => {
    expect(unseal(seal(secret, key, 'one'), key, 'one')).toEqual(secret);
  });

  it('does not open otherwise', () => {
    const sealed = seal(secret, key, 'one');
    expect(() => unseal(sealed, randomBytes(32), 'one')).toThrow('unable to authenticate data');
    expect(() => unseal(sealed, key, 'two')).toThrow('unable to authenticate data');
    expect(() => unseal(sealed.subarray(0, -1), key, 'one')).toThrow('unable to authenticate data');
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => unseal(changed, key, 'one')).toThrow('unable to authenticate data');
  });

  it('never looks the same twice and does not show its content', () => {
    expect(seal(secret, key, 'one')).not.toEqual(seal(secret, key, 'one'));
    expect(seal(secret, key, 'one').includes(secret)).toBe(false);
  });
});
