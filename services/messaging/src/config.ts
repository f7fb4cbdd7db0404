import { readConfig, serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { retentionConfig } from './retention.ts';

const shape = {
  ...serviceConfig,
  /** How long after sending its author can edit a message; 0: never. */
  MESSAGE_EDIT_MINUTES: z.coerce.number().int().min(0).max(525_600).default(15),
  ...retentionConfig,
};
export type MessagingConfig = z.infer<z.ZodObject<typeof shape>>;

/** What messaging reads from the environment. Throws one error that names every problem. */
export const messagingConfig = (env: Record<string, string | undefined>): MessagingConfig =>
  readConfig(shape, env);
