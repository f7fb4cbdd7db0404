import type { RequestHandler } from 'express';
import { EventStream } from './event-stream.ts';
import { httpSubscription, type HttpSubscriptionOptions } from './http-subscription.ts';

/**
 * Subscriptions for those whom no WebSocket reaches: one POST, answered with server-sent events. The stream ends with
 * the access token; a client comes back with the next token and its last cursor.
 */
export const eventStreamRoute =
  (options: HttpSubscriptionOptions): RequestHandler =>
  async (request, response) => {
    if (request.method === 'POST' && !request.accepts('text/event-stream')) {
      const error = { message: 'Accept text/event-stream.', extensions: { code: 'BAD_REQUEST' } };
      return void response.status(406).json({ errors: [error] });
    }
    const subscription = await httpSubscription(options, request, response);
    if (!subscription) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies of this family collect an answer before they pass it on unless told not to.
      'x-accel-buffering': 'no',
    });
    // Some browsers wait for a first byte before they hand over the stream.
    response.write(':\n\n');
    const stream = new EventStream(response, subscription.token);
    options.streams.keep(stream, response);
    await stream.send(await subscription.begin(), subscription.show);
  };
