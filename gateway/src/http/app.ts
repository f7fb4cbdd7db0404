import type { Log } from '@carethread/service-kit/log.ts';
import express, { type Express, type RequestHandler } from 'express';
import type { Registry } from 'prom-client';
import { bodyErrors } from './body-errors.ts';
import { allowOrigins, securityHeaders } from './browser-safety.ts';
import { operatorRoutes, type Readiness } from './operator-routes.ts';
import { playgroundRoute } from './playground.ts';
import { numberRequests } from './request-id.ts';

export interface AppOptions {
  graphqlPath: string;
  graphql: RequestHandler;
  eventStreams: RequestHandler;
  polls: RequestHandler;
  /** Addresses that are fetched rather than asked by GraphQL. */
  documents: readonly RequestHandler[];
  production: boolean;
  playground: boolean;
  allowedOrigins: ReadonlySet<string>;
  /** Proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  maxBodyBytes: number;
  readiness: () => Readiness;
  registry: Registry;
  jwks: { keys: object[] };
  identity: RequestHandler;
  log: Log;
}

/** Everything the gateway answers over HTTP. */
export function createApp(options: AppOptions): Express {
  const { graphqlPath, production, allowedOrigins, readiness, registry, jwks, log } = options;
  const app = express().disable('x-powered-by').disable('etag').set('trust proxy', options.trustedProxies);
  app.use(numberRequests, securityHeaders(production));
  app.use(operatorRoutes({ readiness, registry, jwks }));
  app.use(options.identity);
  if (options.playground) app.get('/playground', playgroundRoute(graphqlPath));
  const readable = [allowOrigins(allowedOrigins), express.json({ limit: options.maxBodyBytes })];
  app.use(`${graphqlPath}/stream`, ...readable, options.eventStreams);
  app.use(`${graphqlPath}/poll`, ...readable, options.polls);
  app.use(graphqlPath, ...readable, options.graphql);
  for (const route of options.documents) app.use(route);
  app.use((_request, response) => {
    response
      .status(404)
      .json({ errors: [{ message: `GraphQL is at ${graphqlPath}.`, extensions: { code: 'NOT_FOUND' } }] });
  });
  app.use(bodyErrors(log));
  return app;
}
