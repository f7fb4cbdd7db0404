import { GraphQLError } from 'graphql';
import { z } from 'zod';

const atMost = (standard: number, highest = 1_000_000) =>
  z.coerce.number().int().min(1).max(highest).default(standard);

/** What one operation may ask for, as settings. */
export const limitSettings = {
  LIMIT_BODY_BYTES: atMost(100_000),
  LIMIT_TOKENS: atMost(1_000),
  LIMIT_DEPTH: atMost(12),
  LIMIT_ALIASES: atMost(15),
  LIMIT_DIRECTIVES: atMost(5),
  /** The same field or fragment, written so often in one selection. */
  LIMIT_REPEATS: atMost(5),
  /** Items of one page; no service gives more than a hundred. */
  LIMIT_PAGE: atMost(100, 100),
  /** Objects an operation may return, by its page sizes. */
  LIMIT_OBJECTS: atMost(10_000),
  /** Errors an answer lists; it says how many more there were. */
  LIMIT_ERRORS: atMost(10),
};

export const limitNames = [
  'bytes',
  'tokens',
  'depth',
  'aliases',
  'directives',
  'repeats',
  'page',
  'objects',
] as const;
export type LimitName = (typeof limitNames)[number];
export type Limits = Readonly<Record<LimitName | 'errors', number>>;

export const limitsOf = (settings: z.infer<z.ZodObject<typeof limitSettings>>): Limits => ({
  bytes: settings.LIMIT_BODY_BYTES,
  tokens: settings.LIMIT_TOKENS,
  depth: settings.LIMIT_DEPTH,
  aliases: settings.LIMIT_ALIASES,
  directives: settings.LIMIT_DIRECTIVES,
  repeats: settings.LIMIT_REPEATS,
  page: settings.LIMIT_PAGE,
  objects: settings.LIMIT_OBJECTS,
  errors: settings.LIMIT_ERRORS,
});

const words: Record<LimitName, string> = {
  bytes: 'bytes',
  tokens: 'tokens',
  depth: 'levels of fields',
  aliases: 'aliases',
  directives: 'directives',
  repeats: 'times the same field in one selection',
  page: 'items on a page',
  objects: 'objects to return',
};

export interface Excess {
  code: 'LIMIT_EXCEEDED';
  limit: LimitName;
  maximum: number;
  /** What it has; where counting stops at the limit, one more than that. */
  found: number;
}

export const excess = (limit: LimitName, maximum: number, found: number): Excess => ({
  code: 'LIMIT_EXCEEDED',
  limit,
  maximum,
  found,
});

export const excessMessage = ({ limit, maximum, found }: Excess): string =>
  `Too large: ${found} ${words[limit]}, and at most ${maximum} are allowed.`;

export const overLimit = (limit: LimitName, maximum: number, found: number): GraphQLError => {
  const extensions = excess(limit, maximum, found);
  return new GraphQLError(excessMessage(extensions), {
    extensions: { ...extensions, http: { status: 400 } },
  });
};
