import { describe, expect, it } from '@jest/globals';
import { newVerificationCode, readVerificationCode } from '../verification-code.ts';
import { standingOf } from './verify-document.ts';

describe('a verification code', () => {
  it('is 150 random bits that can be read back however they are written', () => {
    const code = newVerificationCode();
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{30}$/);
    expect(newVerificationCode()).not.toBe(code);
    expect(readVerificationCode(` ${code.toLowerCase().replace(/.{5}/g, '$&-')}`)).toBe(code);
    expect(readVerificationCode('OIL'.repeat(10))).toBe('011'.repeat(10));
  });

  it.each(['', '0'.repeat(29), '0'.repeat(31), 'U'.repeat(30), '0'.repeat(1_000)])('is not %s', (text) =>
    expect(readVerificationCode(text)).toBeNull(),
  );
});

describe('the standing of a document', () => {
  const validUntil = new Date('2027-05-19T09:00:00Z');
  const now = new Date('2026-11-20T09:00:00Z');
  const document = { version: 1, contentVersion: 1, validUntil };

  it.each([
    ['released', 1, 'valid'],
    ['released', 2, 'superseded'],
    ['signed', 2, 'superseded'],
    ['completed', 1, 'dispensed'],
    ['completed', 2, 'superseded'],
    ['cancelled', 1, 'cancelled'],
    ['cancelled', 2, 'cancelled'],
    ['expired', 1, 'expired'],
  ] as const)('%s with version %d in force is %s', (status, contentVersion, standing) =>
    expect(standingOf({ ...document, status, contentVersion }, now)).toBe(standing),
  );

  it('counts the last day of validity in full, wherever that is', () => {
    const at = (hours: number) =>
      standingOf({ ...document, status: 'released' }, new Date(validUntil.getTime() + hours * 3_600_000));
    expect([at(0), at(24), at(25)]).toEqual(['valid', 'valid', 'expired']);
  });
});
