import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Keys that may carry a person's words or a secret; whatever the caller passes under them is not written. */
const redacted = [
  'body',
  'text',
  'email',
  'name',
  'displayName',
  'password',
  'token',
  'authorization',
  'variables',
];

/** JSON lines on standard output. Callers pass ids and codes only; the redaction is the second lock, not the first. */
export const createLog = (service: string, level: string): Log =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redacted.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    serializers: { error: describeError },
  });

/** An error without its parameters: messages of database errors can quote the row, so only their codes are kept. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, table, constraint } = error as Error & { code?: string; table?: string; constraint?: string };
  const quotesRow = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  return {
    type: error.name,
    code,
    table,
    constraint,
    message: quotesRow ? undefined : error.message,
    stack: error.stack?.split('\n').slice(1, 8).join('\n'),
  };
}
