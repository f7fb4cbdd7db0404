import express, { type Express } from 'express';
import type { Foundation } from '../foundation.ts';
import { receiveWebhook } from './receive-webhook.ts';

/** POST /webhooks/<provider>: not behind the gateway, the signature is what lets in. */
export const webhookRoute =
  (foundation: Foundation) =>
  (app: Express): void => {
    const { provider, log } = foundation;
    const raw = express.raw({ type: () => true, limit: '1mb' });
    app.post(`/webhooks/${provider.name}`, raw, async (request, response) => {
      const body: unknown = request.body;
      const signature = request.header('stripe-signature') ?? '';
      try {
        const receipt = await receiveWebhook(
          foundation,
          Buffer.isBuffer(body) ? body : Buffer.alloc(0),
          signature,
        );
        response.status(receipt === 'kept' ? 204 : 400).end();
      } catch (error) {
        log.warn({ error }, 'webhook could not be stored');
        response.status(503).end();
      }
    });
  };
