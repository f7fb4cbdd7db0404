import type { Client } from '../client.ts';
import { mark } from './texts.ts';

/** What no client may ever read: of databases, addresses, files, libraries and stacks. */
const innards =
  /\b(syntax error at|relation "|column "|SQLSTATE|pg_catalog|violates|invalid input syntax|invalid byte sequence|prisma|ECONNREFUSED|node_modules|127\.0\.0\.1|localhost:\d)|\bat \S+ \(|\.ts:\d+/i;
const accidents: ReadonlySet<unknown> = new Set(['INTERNAL_SERVER_ERROR', 'INTERNAL_ERROR', undefined]);

export interface Verdict {
  readonly status: number;
  readonly text: string;
  /** What is wrong with the answer; null when it is as it should be. */
  readonly wrong: string | null;
}

/** Sends an operation as an attacker would and looks at everything that comes back. */
export async function strike(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  sent: string = mark,
): Promise<Verdict> {
  const response = await fetch(client.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(client.accessToken && { authorization: `Bearer ${client.accessToken}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, text, wrong: whatIsWrong(response.status, text, sent) };
}

function whatIsWrong(status: number, text: string, sent: string): string | null {
  if (status >= 500) return `HTTP ${status}`;
  const answer = JSON.parse(text) as { errors?: { message: string; extensions?: { code?: unknown } }[] };
  const accident = answer.errors?.find(({ extensions }) => accidents.has(extensions?.code));
  if (accident) return `an accident: ${accident.message}`;
  // What the attacker wrote may be told back to them: that is not ours.
  const ours = text
    .replaceAll(JSON.stringify(sent).slice(1, -1), '')
    .replaceAll(JSON.stringify(JSON.stringify(sent)).slice(3, -3), '');
  return ours.includes(mark) ? null : (innards.exec(ours)?.[0] ?? null);
}
