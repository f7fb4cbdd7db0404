import { z } from 'zod';
import { lineSchema } from './name.ts';

/** The form in which addresses are stored and looked for: no outer blanks, Unicode NFC, lower case. */
export const normaliseEmail = (text: string): string => text.trim().toLowerCase().normalize('NFC');

/** An e-mail address on its way in, international ones included (RFC 6531); parsed values are normalised. */
export const emailSchema = lineSchema(254)
  .transform(normaliseEmail)
  .pipe(z.email({ pattern: z.regexes.unicodeEmail, error: 'must be an e-mail address' }));
