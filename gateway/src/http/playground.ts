import type { RequestHandler } from 'express';

/** Where Apollo's sandbox comes from: a page that calls us from the browser of whoever opened it. */
export const sandboxOrigin = 'https://studio.apollographql.com';

/** Sends a developer to the sandbox, with this gateway as what it talks to. */
export const playgroundRoute =
  (graphqlPath: string): RequestHandler =>
  (request, response) => {
    const endpoint = new URL(graphqlPath, `${request.protocol}://${request.get('host')}`);
    const sandbox = new URL('/sandbox/explorer', sandboxOrigin);
    sandbox.searchParams.set('endpoint', endpoint.href);
    response.redirect(sandbox.href);
  };
