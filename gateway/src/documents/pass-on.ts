import { pipeline } from 'node:stream/promises';
import type { Log } from '@carethread/service-kit/log.ts';
import { type RequestHandler, Router } from 'express';
import { type Dispatcher, request as fetchFrom } from 'undici';
import { requestIdOf, traceparentOf } from '../http/request-id.ts';

/** What of the service's answer reaches the client; the rest is the gateway's to say, caching and sniffing above all. */
const passed = ['content-type', 'content-length', 'content-disposition', 'content-security-policy', 'allow'];
const timeoutMs = 10_000;

/**
 * Passes two addresses on to prescriptions: a signed download link, and a verification code. Whoever has the text of one
 * may have what it stands for; the service judges that, so nothing about the caller goes along.
 */
export function passOn({
  origin,
  dispatcher,
  tried,
  log,
}: {
  origin: string;
  dispatcher: Dispatcher;
  /** Counts who tries codes and links that there are not. */
  tried: RequestHandler;
  log: Log;
}): Router {
  const pass =
    (folder: string): RequestHandler =>
    async (request, response) => {
      const abort = AbortSignal.timeout(timeoutMs);
      try {
        const { statusCode, headers, body } = await fetchFrom(
          `${origin}/${folder}/${encodeURIComponent(String(request.params['secret']))}`,
          {
            method: request.method as 'GET' | 'HEAD',
            dispatcher,
            headers: headersFor(request),
            signal: abort,
          },
        );
        response.status(statusCode);
        for (const name of passed) if (headers[name] !== undefined) response.setHeader(name, headers[name]);
        await pipeline(body, response);
      } catch (error) {
        // The address is a secret: it is not logged.
        log.warn(
          { reason: (error as { code?: string }).code ?? (error as Error).name, folder },
          'could not be passed on',
        );
        if (response.headersSent) response.destroy();
        else response.status(503).type('text/plain').send('Not available just now. Try again in a moment.\n');
      }
    };
  return Router()
    .get('/documents/:secret', tried, pass('documents'))
    .get('/verify/:secret', tried, pass('verify'));
}

function headersFor(request: Parameters<RequestHandler>[0]): Record<string, string> {
  const traceparent = traceparentOf(request);
  return { 'x-request-id': requestIdOf(request), ...(traceparent !== null && { traceparent }) };
}
