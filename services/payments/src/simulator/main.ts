/** The simulator as a process: what `npm start` uses as the payment provider unless a Stripe key is given. */
import { readConfig } from '@carethread/service-kit/config.ts';
import { runProcess } from '@carethread/service-kit/run-process.ts';
import { z } from 'zod';
import { type Simulator, startSimulator } from './simulator.ts';

const config = {
  PORT: z.coerce.number().int().min(0).max(65_535),
  PROVIDER_API_KEY: z.string().min(8),
  PROVIDER_WEBHOOK_SECRET: z.string().min(8),
  /** Where webhooks go. */
  WEBHOOK_URL: z.url(),
  BOOKS_FILE: z.string().optional(),
  /** After how long what was put off is decided, in milliseconds. */
  SETTLE_AFTER_MS: z.coerce.number().int().min(0).default(5_000),
};

await runProcess(() => {
  const env = readConfig(config);
  let simulator: Simulator | undefined;
  return {
    async start() {
      simulator = await startSimulator({
        port: env.PORT,
        apiKey: env.PROVIDER_API_KEY,
        webhookSecret: env.PROVIDER_WEBHOOK_SECRET,
        webhookUrl: env.WEBHOOK_URL,
        booksFile: env.BOOKS_FILE,
        settleAfterMs: env.SETTLE_AFTER_MS,
      });
      console.log(
        JSON.stringify({ service: 'flaky', url: simulator.url, msg: 'simulates a payment provider' }),
      );
    },
    stop: async () => simulator?.stop(),
  };
});
