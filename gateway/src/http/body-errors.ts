import type { Log } from '@carethread/service-kit/log.ts';
import type { ErrorRequestHandler } from 'express';
import { requestIdOf } from './request-id.ts';

/** What a client reads when its body never became a GraphQL request: JSON like every other answer, not a page. */
export const bodyErrors =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message, code } = problem((error as { type?: string }).type);
    const requestId = requestIdOf(request);
    if (status === 500) log.error({ error, requestId }, 'request failed');
    response.status(status).json({ errors: [{ message, extensions: { code, requestId } }] });
  };

function problem(type: string | undefined): { status: number; message: string; code: string } {
  switch (type) {
    case 'entity.too.large':
      return { status: 413, message: 'The body is larger than 100 kB.', code: 'BAD_REQUEST' };
    case 'entity.parse.failed':
      return { status: 400, message: 'The body is not JSON.', code: 'BAD_REQUEST' };
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return { status: 415, message: 'The body has an encoding we do not read.', code: 'BAD_REQUEST' };
    case 'request.aborted':
    case 'request.size.invalid':
      return { status: 400, message: 'The body ended early.', code: 'BAD_REQUEST' };
    default:
      return { status: 500, message: 'Something went wrong on our side.', code: 'INTERNAL_SERVER_ERROR' };
  }
}
