import { readConfig, serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';

export const identityConfig = {
  ...serviceConfig,
  /** `iss` of the access tokens. */
  ISSUER: z.string().min(1).default('carethread'),
  /** Seals the private signing keys in the database: 32 bytes, in Base64. The same for all instances, for good. */
  KEY_ENCRYPTION_KEY: z
    .base64('must be Base64')
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((key) => key.length === 32, 'must be 32 bytes in Base64'),
};
export type IdentityConfig = z.infer<z.ZodObject<typeof identityConfig>>;

/** The environment as this service's configuration. Throws one ConfigError that names every problem. */
export const readIdentityConfig = (env = process.env): IdentityConfig => readConfig(identityConfig, env);

/** What the commands that set an installation up need. */
const setUpConfig = {
  NODE_ENV: serviceConfig.NODE_ENV,
  /** Connection of the role that owns the database. */
  OWNER_DATABASE_URL: serviceConfig.DATABASE_URL,
};

export const readSetUpConfig = (env = process.env) => readConfig(setUpConfig, env);
