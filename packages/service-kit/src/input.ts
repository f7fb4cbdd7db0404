import type { z } from 'zod';
import { Refusal } from './refusal.ts';

/** Checks a mutation's input. Every problem is reported at once, each with the path of the field it is about. */
export function checkInput<Output>(schema: z.ZodType<Output, unknown>, input: unknown): Output | Refusal {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  return new Refusal(
    parsed.error.issues.map((issue) => ({
      code: 'INVALID',
      message: `${issue.path.at(-1)?.toString() ?? 'input'}: ${issue.message}`,
      path: ['input', ...issue.path.map(String)],
    })),
  );
}
