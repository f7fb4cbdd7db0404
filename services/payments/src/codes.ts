import { z } from 'zod';

/** GraphQL writes codes in upper case, everything behind it in lower case. */
export const shown = <Code extends string>(code: Code): Uppercase<Code> =>
  code.toUpperCase() as Uppercase<Code>;

/** Schema of one of these codes as GraphQL writes it; parses to the code. */
export const codeOf = <const Codes extends readonly [string, ...string[]]>(codes: Codes) =>
  z
    .string()
    .transform((code) => code.toLowerCase())
    .pipe(z.enum(codes));
