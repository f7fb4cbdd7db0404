import { describe, expect, it } from '@jest/globals';
import { emailSchema, normaliseEmail } from './email-address.ts';

describe('an e-mail address', () => {
  it('is the same however it is typed', () => {
    expect(normaliseEmail('  Doctor@Demo.Example ')).toBe('doctor@demo.example');
    expect(normaliseEmail('rene\u0301@demo.example')).toBe('ren\u00e9@demo.example');
    // Lower case of U+0130 is two characters, which NFC must see again.
    expect(normaliseEmail('\u0130a@demo.example')).toBe(normaliseEmail('\u0130a@demo.example').normalize('NFC'));
  });

  it.each(['rené@bücher.example', 'a+b@c.example', "o'neil@demo.example"])('may be %s', (email) => {
    expect(emailSchema.safeParse(email).success).toBe(true);
  });

  it.each(['', 'nobody', 'a@', '@b.example', 'a b@c.example', `${'x'.repeat(250)}@c.example`])(
    'is not %j',
    (email) => {
      expect(emailSchema.safeParse(email).success).toBe(false);
    },
  );
});
