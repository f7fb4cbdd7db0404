import { GraphqlFailure, type GraphqlError, Unreachable } from './errors.ts';

/**
 * The text of an operation, with the types of its data and variables where they are known: GraphQL Code Generator's
 * `TypedDocumentString` fits, and so does a plain string.
 */
export type Operation<Data, Variables> = string | TypedText<Data, Variables>;
export interface TypedText<Data, Variables> {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Data;
}

export interface PostOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly query: string;
  readonly variables?: object | undefined;
  readonly token?: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** Asks once. Throws GraphqlFailure for any answer with errors, Unreachable when there is no answer. */
export async function post<Data>({
  url,
  fetch,
  query,
  variables,
  token,
  signal,
}: PostOptions): Promise<Data> {
  const response = await reach(() =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, ...(variables && { variables }) }),
      ...(signal && { signal }),
    }),
  );
  const answer = (await reach(() => response.json())) as { data?: Data | null; errors?: GraphqlError[] };
  if (answer.errors?.length) throw new GraphqlFailure(answer.errors, answer.data);
  if (answer.data == null) throw new Unreachable(`The answer has no data (HTTP ${response.status}).`);
  return answer.data;
}

/** What goes wrong on the way, and a page that a proxy answers with, is all the same to a client. */
async function reach<Result>(attempt: () => Promise<Result>): Promise<Result> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new Unreachable('The platform did not answer.', { cause: error });
  }
}
