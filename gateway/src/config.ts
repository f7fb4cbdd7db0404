import { createPrivateKey, type KeyObject } from 'node:crypto';
import { isNetwork } from '@carethread/service-kit/address-list.ts';
import { ConfigError, readConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { limitSettings } from './limits/limits.ts';
import { rateSettings } from './rate-limits/rate-settings.ts';
import { trustSettings } from './trusted-documents/trust-settings.ts';

const pemBlock = /-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g;

/** One or more EC P-256 private keys as PEM; line breaks may be written as `\n`. The first signs, all are published. */
const signingKeys = z.string().transform((text, context): [KeyObject, ...KeyObject[]] => {
  try {
    const [first, ...others] = (text.replaceAll('\\n', '\n').match(pemBlock) ?? []).map((pem) =>
      createPrivateKey(pem),
    );
    const curves = [first, ...others].map((key) => key?.asymmetricKeyDetails?.namedCurve);
    if (first && curves.every((curve) => curve === 'prime256v1')) return [first, ...others];
  } catch {
    // Said below; the parser's own message could quote key material.
  }
  context.addIssue({ code: 'custom', message: 'must be EC P-256 private keys in PEM form' });
  return z.NEVER;
});

/** `name=http://host:port/graphql` pairs, separated by commas. */
const subgraphUrls = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const pairs = commaList(text).map(
    (pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const,
  );
  const wrong = pairs.find(
    ([name, url]) => !/^[a-z][a-z0-9-]*$/.test(name) || !/^https?:\/\//.test(url) || !URL.canParse(url),
  );
  if (!wrong && pairs.length > 0) return new Map(pairs);
  context.addIssue({
    code: 'custom',
    message: 'must be a comma list such as tickets=http://127.0.0.1:4101/graphql',
  });
  return z.NEVER;
});

const commaList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const onOrOff = z.enum(['on', 'off']).optional();

const shape = {
  PORT: z.coerce.number().int().min(0).max(65_535),
  HOST: z.string().default('127.0.0.1'),
  NODE_ENV: z.enum(['development', 'test', 'staging', 'production']).default('development'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** The composed graph for clients, and the same with the twins of subscriptions. */
  SUPERGRAPH_FILE: z.string(),
  INTERNAL_SUPERGRAPH_FILE: z.string(),
  SUBGRAPH_URLS: subgraphUrls,
  /** Where identity publishes the keys of access tokens. */
  IDENTITY_JWKS_URL: z.url(),
  INTERNAL_SIGNING_KEY: signingKeys,
  AMQP_URL: z.string().regex(/^amqps?:\/\//, 'must be an amqp:// address'),
  /** WebSockets one person may have open at this gateway: tabs and devices, not programs in a loop. */
  SOCKETS_PER_PERSON: z.coerce.number().int().min(1).default(20),
  /** Web pages that may call us from a browser, as origins. */
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((text): ReadonlySet<string> => new Set(commaList(text))),
  /**
   * Proxies in front of us, as addresses and networks: only what they say about a client's address (X-Forwarded-For)
   * is believed. Without them the address is that of whoever connects.
   */
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform(commaList)
    .refine(
      (all) => all.every(isNetwork),
      'must be a comma list of addresses and networks such as 10.0.0.0/8',
    ),
  /** Whether clients may ask for the schema: by default only in development and tests. */
  INTROSPECTION: onOrOff,
  /** Whether Apollo's sandbox may be used with this gateway: by default only in development, never in production. */
  PLAYGROUND: onOrOff,
  ...limitSettings,
  ...rateSettings,
  ...trustSettings,
};
export type GatewayConfig = z.infer<z.ZodObject<typeof shape>>;

/** Reads the gateway's settings, or throws one ConfigError that names every problem. */
export function readGatewayConfig(env: Record<string, string | undefined>): GatewayConfig {
  const config = readConfig(shape, env);
  if (config.NODE_ENV === 'production' && config.PLAYGROUND === 'on')
    throw new ConfigError('PLAYGROUND: there is none in production.');
  const trusts = [config.TRUSTED_DOCUMENTS, config.TRUSTED_DOCUMENTS_PARTNERS];
  if (trusts.some((mode) => mode !== 'off') && config.TRUSTED_DOCUMENTS_FILES.length === 0)
    throw new ConfigError('TRUSTED_DOCUMENTS_FILES: is not set, so every document would be unknown.');
  return config;
}

type Exposure = Pick<GatewayConfig, 'NODE_ENV' | 'INTROSPECTION' | 'PLAYGROUND'>;

export const allowsIntrospection = ({ NODE_ENV, INTROSPECTION }: Exposure): boolean =>
  INTROSPECTION ? INTROSPECTION === 'on' : NODE_ENV === 'development' || NODE_ENV === 'test';

export const hasPlayground = ({ NODE_ENV, PLAYGROUND }: Exposure): boolean =>
  PLAYGROUND ? PLAYGROUND === 'on' : NODE_ENV === 'development';
