import { z } from 'zod';

/** Text on one line, as people write it: trimmed, Unicode NFC, without control characters, which no column takes. */
export const lineSchema = (maximum: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .regex(/^\P{Cc}*$/u, 'must be one line of text')
    .max(maximum, `must be at most ${maximum} characters`);

/** A name that must not be missing. */
export const nameSchema = (maximum: number) => lineSchema(maximum).min(1, 'must not be empty');

/** A name that may be missing; empty text counts as missing. */
export const optionalNameSchema = (maximum: number) =>
  lineSchema(maximum)
    .nullish()
    .transform((text) => text || null);
