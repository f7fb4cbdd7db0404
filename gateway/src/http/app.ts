import type { Log } from '@carethread/service-kit/log.ts';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { bodyErrors } from './body-errors.ts';
import { allowOrigins, securityHeaders } from './browser-safety.ts';
import { operatorRoutes, type Readiness } from './operator-routes.ts';
import { numberRequests } from './request-id.ts';

const maxBody = '100kb';

export interface AppOptions {
  graphqlPath: string;
  graphql: RequestHandler;
  production: boolean;
  allowedOrigins: ReadonlySet<string>;
  readiness: () => Readiness;
  registry: Registry;
  jwks: { keys: object[] };
  log: Log;
}

/** Everything the gateway answers over HTTP. */
export function createApp(options: AppOptions): Express {
  const { graphqlPath, graphql, production, allowedOrigins, readiness, registry, jwks, log } = options;
  const app = express().disable('x-powered-by').disable('etag');
  app.use(numberRequests, securityHeaders(production));
  app.use(operatorRoutes({ readiness, registry, jwks }));
  app.use(graphqlPath, allowOrigins(allowedOrigins), express.json({ limit: maxBody }), graphql);
  app.use((_request, response) => {
    response
      .status(404)
      .json({ errors: [{ message: `GraphQL is at ${graphqlPath}.`, extensions: { code: 'NOT_FOUND' } }] });
  });
  app.use(bodyErrors(log));
  return app;
}
