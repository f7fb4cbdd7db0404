import { describe, expect, it } from '@jest/globals';
import { emailSchema, normaliseEmail } from './email-address.ts';

describe('an e-mail address', () => {
  it('is the same however it is typed', () => {
    expect(normaliseEmail('  Doctor@Demo.Example ')).toBe('doctor@demo.example');
    expect(normaliseEmail('RENE\u0301@demo.example')).toBe('ren\u00e9@demo.example');
  });

  it.each(['rené@bücher.example', 'a+b@c.example', "o'neil@demo.example"])('may be %s', (email) => {
    expect(emailSchema.safeParse(email).success).toBe(true);
  });

  it.each([
    '',
    'nobody',
    'a@',
    '@b.example',
    'a b@c.example',
    'a\0@b.example',
    `${'x'.repeat(250)}@c.example`,
  ])('is not %j', (email) => {
    expect(emailSchema.safeParse(email).success).toBe(false);
  });
});
