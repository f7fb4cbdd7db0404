import { describe, expect, it } from '@jest/globals';
import { addressList, isListed, isNetwork } from './address-list.ts';

describe('a list of addresses', () => {
  const list = addressList(['203.0.113.0/24', '198.51.100.7', '2001:db8::/32']);

  it.each([
    ['203.0.113.200', true],
    ['::ffff:203.0.113.200', true],
    ['203.0.114.1', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['', false],
    ['localhost', false],
  ])('%s stands in it: %s', (address, expected) => {
    expect(isListed(list, address)).toBe(expected);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::1', true],
    ['::/0', true],
    ['10.0.0.0/33', false],
    ['10.0.0/8', false],
    ['example.org', false],
    ['10.0.0.0/8/8', false],
    ['', false],
  ])('%j is a network: %s', (text, expected) => {
    expect(isNetwork(text)).toBe(expected);
  });

  it('is not made of what is none', () => {
    expect(() => addressList(['10.0.0.0/40'])).toThrow('10.0.0.0/40');
  });
});
