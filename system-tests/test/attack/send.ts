import type { Client } from '../../src/client.ts';

/** Posts whatever it is given: an object as JSON, a text as it is. */
export const send = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** The code of the first error. */
export const codeOf = async (response: Response): Promise<string | undefined> =>
  ((await response.json()) as { errors?: { extensions?: { code?: string } }[] }).errors?.[0]?.extensions
    ?.code;

export const as = (client: Client) => ({ authorization: `Bearer ${client.accessToken}` });
