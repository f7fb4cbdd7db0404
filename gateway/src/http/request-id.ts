import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';

const header = 'x-request-id';
const acceptable = /^[\w-]{8,64}$/;
const traceparent = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Gives every request a number that its answer, our log and the services share. A sensible one of the client is kept. */
export const numberRequests: RequestHandler = (request, response, next) => {
  const given = request.headers[header];
  const id = typeof given === 'string' && acceptable.test(given) ? given : randomUUID();
  request.headers[header] = id;
  response.setHeader(header, id);
  next();
};

export const requestIdOf = (request: Request): string => request.headers[header] as string;

/** The caller's trace context (W3C), when it has a valid one. */
export const traceparentOf = (request: Request): string | null => {
  const given = request.headers['traceparent'];
  return typeof given === 'string' && traceparent.test(given) ? given : null;
};
