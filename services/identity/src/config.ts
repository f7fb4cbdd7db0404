import { ConfigError, readConfig, serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { type IssuerSettings, readIssuers } from './issuers/settings.ts';

const key = z
  .base64('must be Base64')
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === 32, 'must be 32 bytes in Base64');

/** Values separated by commas. */
const list = (otherwise: string) =>
  z
    .string()
    .default(otherwise)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    );

/** Keys that seal columns no more, and still open what they have sealed. */
const formerKeys = list('').pipe(z.array(key));

const sealing = {
  /** Seals the private signing keys and second factors in the database: 32 bytes, in Base64. The same for all instances. */
  KEY_ENCRYPTION_KEY: key,
  /** Former values of it, with commas, until `npm run rotate-column-keys` has sealed everything anew. */
  FORMER_KEY_ENCRYPTION_KEYS: formerKeys,
};

export const identityConfig = {
  ...serviceConfig,
  ...sealing,
  /** `iss` of the access tokens. */
  ISSUER: z.string().min(1).default('carethread'),
  /** What the platform is called where people keep their codes and passkeys. */
  PLATFORM_NAME: z.string().min(1).max(60).default('Carethread'),
  /** The domain passkeys belong to (WebAuthn's RP ID). It can never change: passkeys of another one are lost. */
  PASSKEY_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a domain such as example.org')
    .default('localhost'),
  /** Web pages on which passkeys may be used, as origins with commas; of that domain or below it. */
  PASSKEY_ORIGINS: list('http://localhost:4000'),
  /** Where partners find /oauth/token: what they may make assertions out to, besides ISSUER. */
  TOKEN_ENDPOINT_URL: z.url().optional(),
  /** Age in years at which a child decides alone: delegations that were given for it end. */
  DELEGATION_CHILD_AGE: z.coerce.number().int().min(1).max(30).default(18),
  /** How long an emergency access lasts, in minutes. */
  EMERGENCY_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  /** How many a person may open within 24 hours. */
  EMERGENCY_PER_DAY: z.coerce.number().int().min(1).max(1000).default(5),
};
/** A JSON file that describes the issuers outside with which people may sign in; without it there are none. */
const outsideIssuers = (env: Environment) =>
  z
    .string()
    .optional()
    .transform((file, context): IssuerSettings[] => {
      if (file === undefined) return [];
      const read = readIssuers(file, env);
      if ('issuers' in read) return read.issuers;
      for (const message of read.problems) context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
type Environment = Record<string, string | undefined>;

/** What a command that makes signing keys needs. */
const keyConfig = {
  WORKER_DATABASE_URL: serviceConfig.WORKER_DATABASE_URL,
  ...sealing,
};

export const readKeyConfig = (env = process.env) => readConfig(keyConfig, env);

/** The environment as this service's configuration. Throws one ConfigError that names every problem. */
export function readIdentityConfig(env: Environment = process.env) {
  const config = readConfig({ ...identityConfig, OUTSIDE_ISSUERS_FILE: outsideIssuers(env) }, env);
  const problems = passkeyProblems(config);
  if (problems.length > 0)
    throw new ConfigError(
      `The environment has ${problems.length} problem(s):\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
  return config;
}

export type IdentityConfig = ReturnType<typeof readIdentityConfig>;

type PasskeySettings = Pick<
  z.infer<z.ZodObject<typeof identityConfig>>,
  'NODE_ENV' | 'PASSKEY_DOMAIN' | 'PASSKEY_ORIGINS'
>;

/** A browser refuses what does not fit here; better that we do, at the start. */
function passkeyProblems({ NODE_ENV, PASSKEY_DOMAIN: domain, PASSKEY_ORIGINS: origins }: PasskeySettings) {
  const problems = origins.filter((origin) => !isOriginOf(domain, origin));
  return [
    ...(origins.length === 0 ? ['PASSKEY_ORIGINS: must name an origin'] : []),
    ...problems.map(
      (origin) =>
        `PASSKEY_ORIGINS: ${origin} must be the https origin of a page of ${domain} (http only for localhost)`,
    ),
    ...(NODE_ENV === 'production' && domain === 'localhost'
      ? ['PASSKEY_DOMAIN: must be the domain of the platform in production']
      : []),
  ];
}

function isOriginOf(domain: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, hostname, origin: parsed } = new URL(origin);
  return (
    parsed === origin &&
    (protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost')) &&
    (hostname === domain || hostname.endsWith(`.${domain}`))
  );
}

/** What the commands that set an installation up need. */
const setUpConfig = {
  NODE_ENV: serviceConfig.NODE_ENV,
  /** Connection of the role that owns the database. */
  OWNER_DATABASE_URL: serviceConfig.DATABASE_URL,
};

export const readSetUpConfig = (env = process.env) => readConfig(setUpConfig, env);

/** What sealing columns anew needs. */
export const readRotationConfig = (env = process.env) => readConfig({ ...setUpConfig, ...sealing }, env);
