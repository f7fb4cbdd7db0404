import { z } from 'zod';

/** The form in which addresses are stored and looked for: no outer blanks, Unicode NFC, lower case. */
export const normaliseEmail = (text: string): string => text.trim().normalize('NFC').toLowerCase().normalize('NFC');

/** An e-mail address on its way in, international ones included (RFC 6531); parsed values are normalised. */
export const emailSchema = z
  .string()
  .max(254, 'must be at most 254 characters')
  .transform(normaliseEmail)
  .pipe(z.email({ pattern: z.regexes.unicodeEmail, error: 'must be an e-mail address' }));
