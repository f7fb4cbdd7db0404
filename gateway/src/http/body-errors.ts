import type { Log } from '@carethread/service-kit/log.ts';
import type { ErrorRequestHandler } from 'express';
import { excess, excessMessage } from '../limits/limits.ts';
import { requestIdOf } from './request-id.ts';

/** What a client reads when its body never became a GraphQL request: JSON like every other answer, not a page. */
export const bodyErrors =
  (log: Log): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status, message, ...extensions } = problem(error as BodyError);
    const requestId = requestIdOf(request);
    if (status === 500) log.error({ error, requestId }, 'request failed');
    response.status(status).json({ errors: [{ message, extensions: { ...extensions, requestId } }] });
  };

/** What the body parser says about a body. */
interface BodyError {
  type?: string;
  limit?: number;
  /** As announced, or as much as had come when it was too much. */
  length?: number;
  received?: number;
}

function problem({ type, limit = 0, length, received }: BodyError): {
  status: number;
  message: string;
  code: string;
} {
  switch (type) {
    case 'entity.too.large': {
      const over = excess('bytes', limit, length ?? received ?? limit + 1);
      return { status: 413, message: excessMessage(over), ...over };
    }
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
