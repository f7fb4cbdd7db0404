import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { isAccident } from '../errors/mask-error.ts';
import { requestTimeoutMs } from '../request-context.ts';
import type { Caller } from '../sign-in/caller.ts';
import type { Ask } from './feed.ts';
import { preparedText, type RunInternally } from './internal-query.ts';

/** Asks as one person. Other errors than these two kinds mean "not for you", and the data then lacks what was asked for. */
export const askAs =
  (caller: Caller, run: RunInternally): Ask =>
  async (query, variables) => {
    const { data, errors } = await run(preparedText(query), variables, {
      caller,
      live: true,
      requestId: randomUUID(),
      traceparent: null,
      device: null,
      deadline: Date.now() + requestTimeoutMs,
      signal: null,
    });
    const failed = errors?.some(
      ({ extensions: { code } }) => code === 'SUBGRAPH_UNAVAILABLE' || isAccident(code),
    );
    if (failed) throw unavailable();
    return data ?? {};
  };

const unavailable = () =>
  new GraphQLError('Live updates cannot begin just now; try again.', {
    extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
  });
