import { z } from 'zod';

/** Thrown when the environment is not what the service needs. The message lists every problem at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads the environment into a typed value, or throws one ConfigError that names every variable and its problem. */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Record<string, string | undefined> = process.env,
): z.infer<z.ZodObject<Shape>> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = z.object(shape).safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return `  ${name}: ${present[name] === undefined ? 'is not set' : issue.message}`;
  });
  throw new ConfigError(`The environment has ${problems.length} problem(s):\n${problems.join('\n')}`);
}

const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// address');

/** What every service reads. */
export const serviceConfig = {
  PORT: z.coerce.number().int().min(0).max(65_535),
  HOST: z.string().default('127.0.0.1'),
  NODE_ENV: z.enum(['development', 'test', 'staging', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Connection of requests: under row level security. */
  DATABASE_URL: postgresUrl,
  /** Connection of event handlers and timers. */
  WORKER_DATABASE_URL: postgresUrl,
  /** Connection of the outbox relay: bus tables only. */
  RELAY_DATABASE_URL: postgresUrl,
  /** Connections per pool. */
  DATABASE_POOL: z.coerce.number().int().min(1).max(100).default(15),
  AMQP_URL: z.string().regex(/^amqps?:\/\//, 'must be an amqp:// address'),
  /** Where the gateway publishes the keys of its internal tokens. */
  GATEWAY_JWKS_URL: z.url(),
};
export type ServiceConfig = z.infer<z.ZodObject<typeof serviceConfig>>;
