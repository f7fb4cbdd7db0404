import { Router } from 'express';
import type { Registry } from 'prom-client';

export interface Readiness {
  /** Whether requests can be answered: the graph is loaded. Services that are down take only their part of it away. */
  ready: boolean;
  /** Without the broker live updates are silent; everything else goes on. */
  broker: 'up' | 'down';
}

/** Addresses for operators and services. An ingress should show /graphql to the world and nothing of this. */
export function operatorRoutes(options: {
  readiness: () => Readiness;
  registry: Registry;
  jwks: object;
}): Router {
  const { readiness, registry, jwks } = options;
  return Router()
    .get(
      '/',
      (_request, response) =>
        void response.json({ name: 'Carethread', graphql: '/graphql', health: '/health/ready' }),
    )
    .get('/health/live', (_request, response) => void response.json({ live: true }))
    .get('/health/ready', (_request, response) => {
      const now = readiness();
      response.status(now.ready ? 200 : 503).json(now);
    })
    .get('/metrics', async (_request, response) => {
      response.type(registry.contentType).send(await registry.metrics());
    })
    .get('/.well-known/internal-jwks.json', (_request, response) => {
      // Services may keep the keys for a while; a new key is published before it signs.
      response.setHeader('cache-control', 'public, max-age=300').json(jwks);
    });
}
