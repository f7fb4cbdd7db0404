import type { RequestHandler } from 'express';

/** Headers that make a browser treat our answers as data and nothing else. */
export const securityHeaders = (production: boolean): RequestHandler => {
  const headers = new Map([
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', 'DENY'],
    ['referrer-policy', 'no-referrer'],
    ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
    ['cross-origin-resource-policy', 'same-site'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
    ['x-permitted-cross-domain-policies', 'none'],
    ['cache-control', 'no-store'],
    ...(production ? [['strict-transport-security', 'max-age=31536000; includeSubDomains'] as const] : []),
  ]);
  return (_request, response, next) => {
    response.setHeaders(headers);
    next();
  };
};

/** Lets web pages of these origins call us from a browser; others get no permission and no preflight. */
export const allowOrigins =
  (origins: ReadonlySet<string>): RequestHandler =>
  (request, response, next) => {
    const { origin } = request.headers;
    response.vary('origin');
    if (origin && origins.has(origin)) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader(
        'access-control-expose-headers',
        'x-request-id, retry-after, ratelimit, ratelimit-policy',
      );
      if (request.method === 'OPTIONS') {
        response.setHeader('access-control-allow-methods', 'GET, POST');
        response.setHeader(
          'access-control-allow-headers',
          'authorization, content-type, x-request-id, traceparent, apollo-require-preflight',
        );
        response.setHeader('access-control-max-age', '7200');
      }
    }
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
