import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

export interface NamesServer {
  url: string;
  /** What it says; null is an answer of 503. */
  says: object | null;
  /** What each question was about. */
  readonly asked: jwt.JwtPayload[];
  close(): Promise<void>;
}

export const someNames = {
  patient: 'Zoë Łukasiewicz Ωμέγα Жданова',
  prescriber: 'Dr Amina Okafor',
  licenceNumber: 'NY-123456',
  clinic: { name: 'Riverside Clinic', city: 'New York' },
};

/** Stands where the gateway would when a document needs names. */
export async function startNames(): Promise<NamesServer> {
  const asked: jwt.JwtPayload[] = [];
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    asked.push(jwt.decode(token) as jwt.JwtPayload);
    if (names.says === null) return void response.writeHead(503).end();
    response.setHeader('content-type', 'application/json').end(JSON.stringify(names.says));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const names: NamesServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    says: someNames,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return names;
}
