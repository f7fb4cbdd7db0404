import { Router } from 'express';
import type { Registry } from 'prom-client';

export interface Health {
  /** Whether requests can be answered. */
  ready: boolean;
  /** What is up or down, for a person; readiness does not depend on all of it. */
  parts: Record<string, 'up' | 'down'>;
}

/** Addresses for operators and services. An ingress should show /graphql to the world and nothing of this. */
export function operatorRoutes(options: { health: () => Health; registry: Registry; jwks: object }): Router {
  const { health, registry, jwks } = options;
  return Router()
    .get(
      '/',
      (_request, response) =>
        void response.json({ name: 'Carethread', graphql: '/graphql', health: '/health/ready' }),
    )
    .get('/health/live', (_request, response) => void response.json({ status: 'up' }))
    .get('/health/ready', (_request, response) => {
      const { ready, parts } = health();
      response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', parts });
    })
    .get('/metrics', async (_request, response) => {
      response.type(registry.contentType).send(await registry.metrics());
    })
    .get('/.well-known/internal-jwks.json', (_request, response) => {
      // Services may keep the keys for a while; a new key is published before it signs.
      response.setHeader('cache-control', 'public, max-age=300').json(jwks);
    });
}
