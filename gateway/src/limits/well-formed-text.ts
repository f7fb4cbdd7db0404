import { GraphQLError, type ValidationRule } from 'graphql';

/** Half a surrogate pair is no character, and no text of PostgreSQL has a NUL: neither can be meant. */
const isWellFormed = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const malformed = () =>
  new GraphQLError('A text contains a NUL character, or half a character.', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });

/** Refuses texts in a document that no service could store. */
export const wellFormedTextRule: ValidationRule = (context) => ({
  StringValue({ value }) {
    if (!isWellFormed(value)) context.reportError(malformed());
  },
});

/** The same for variables: answers the error to refuse them with, or null. */
export function malformedVariables(variables: unknown): GraphQLError | null {
  const waiting = [variables];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string' && !isWellFormed(value)) return malformed();
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) waiting.push(key, inner);
    }
  }
  return null;
}
