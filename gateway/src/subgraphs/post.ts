import { deadlineHeader } from '@carethread/service-kit/deadline.ts';
import { type Dispatcher, request } from 'undici';
import { CallFailed } from './failure.ts';

export interface SubgraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

interface Call {
  url: string;
  dispatcher: Dispatcher;
  headers: Record<string, string>;
  body: string;
  /** What the service is given for one answer. */
  timeoutMs: number;
  /** Milliseconds since 1970: what the client's request has left may be less. */
  deadline: number;
  signal: AbortSignal | null;
}

/** One GraphQL request over HTTP. Throws CallFailed, or what the connection threw. */
export async function post({
  url,
  dispatcher,
  headers,
  body,
  timeoutMs,
  deadline,
  signal,
}: Call): Promise<SubgraphAnswer> {
  const left = deadline - Date.now();
  if (signal?.aborted) throw new CallFailed('client_gone');
  if (left <= 0) throw new CallFailed('out_of_time');
  // One controller and one timer: AbortSignal.any and AbortSignal.timeout cost more than the rest of this function.
  const abort = new AbortController();
  const waitMs = Math.min(left, timeoutMs);
  const timer = setTimeout(
    () => abort.abort(new CallFailed(left < timeoutMs ? 'out_of_time' : 'timeout')),
    waitMs,
  );
  const clientGone = () => abort.abort(new CallFailed('client_gone'));
  signal?.addEventListener('abort', clientGone, { once: true });
  try {
    const response = await request(url, {
      method: 'POST',
      dispatcher,
      headers: { ...headers, [deadlineHeader]: String(waitMs) },
      body,
      signal: abort.signal,
    });
    return await read(response);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', clientGone);
  }
}

/** A GraphQL answer keeps its errors; anything else is no answer. 401 and 503 mean that the service does not trust or cannot serve us. */
async function read(response: Dispatcher.ResponseData): Promise<SubgraphAnswer> {
  const text = await response.body.text();
  if (response.statusCode === 401 || response.statusCode === 403) throw new CallFailed('refused_us');
  const answer = parsed(text);
  if (answer === null || (response.statusCode >= 500 && answer.data === undefined))
    throw new CallFailed('bad_answer');
  return answer;
}

function parsed(text: string): SubgraphAnswer | null {
  try {
    const value: unknown = JSON.parse(text);
    const isAnswer = typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
    return isAnswer ? (value as SubgraphAnswer) : null;
  } catch {
    return null;
  }
}
