import type { IncomingMessage } from 'node:http';

/** The text of a request's body; null as soon as it is longer than `limit` bytes. Rejects when the client goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length > limit) resolve(null);
      else parts.push(part);
    });
    request.on('end', () =>
      resolve((parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8')),
    );
    request.on('error', reject);
    request.on('close', () => reject(new Error('The client went away.')));
  });
}
