/** PostgreSQL has no place for the character U+0000, which only broken messages contain. */
export const storableText = (text: string): string => text.replaceAll('\0', '\ufffd');

/** A failure in a few words, to be kept with what failed. Without values: a database's message may quote the row. */
export function describeFailure(failure: unknown): string {
  if (!(failure instanceof Error)) return 'A failure that is no error.';
  const { code, constraint, message, name } = failure as Error & { code?: string; constraint?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code)) return [`SQLSTATE ${code}`, constraint].filter(Boolean).join(' ');
  return storableText(`${name}: ${message}`.slice(0, 500));
}
