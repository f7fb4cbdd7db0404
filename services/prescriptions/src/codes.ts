import { z } from 'zod';

/** Schema of a code as GraphQL writes it (upper case); parses to the code. */
export const codeOf = <const Codes extends readonly [string, ...string[]]>(codes: Codes) =>
  z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(codes));

/** A code as GraphQL writes it. */
export const toEnum = <Code extends string>(code: Code): Uppercase<Code> =>
  code.toUpperCase() as Uppercase<Code>;
