import { createPrivateKey } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  ConfigError,
  readConfig,
  serviceConfig,
  type ServiceConfig,
} from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { readPacks } from './controls/read-packs.ts';
import { readTerms } from './renewal/terms.ts';
import type { Rules } from './rules.ts';

export interface PrescriptionsConfig extends ServiceConfig {
  /** Where tickets publishes the keys of its claim tokens. */
  CLAIM_JWKS_URL: string;
  PRESCRIPTION_VALID_DAYS: number;
  REFILL_GRACE_DAYS: number;
  SCREENING_DEADLINE_SECONDS: number;
  /** Folder of the policy packs; those that are shipped when absent. */
  POLICY_PACKS?: string | undefined;
  /** File with what renewals cost where; the one that is shipped when absent. */
  RENEWAL_TERMS?: string | undefined;
  RENEWAL_PAYMENT_HOURS: number;
  RENEWAL_APPROVAL_DAYS: number;
  /** Where the gateway says what people and clinics are called. */
  DOCUMENT_NAMES_URL: string;
  /** ES256 private key (PEM) that signs download links and the questions for names. */
  DOCUMENT_SIGNING_KEY: string;
  /** How long a download link works. */
  DOCUMENT_LINK_SECONDS: number;
  /** The gateway as people reach it; printed on documents, so it has to stay. */
  PUBLIC_URL: string;
}

function isSigningKey(text: string): boolean {
  try {
    return createPrivateKey(text).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

const days = z.coerce.number().int();

/** What prescriptions reads from the environment. Throws one error that names every problem. */
export const prescriptionsConfig = (env: Record<string, string | undefined>): PrescriptionsConfig =>
  readConfig(
    {
      ...serviceConfig,
      CLAIM_JWKS_URL: z.url(),
      // Part of a day is possible, for trials: the last day counts in full all the same.
      PRESCRIPTION_VALID_DAYS: z.coerce.number().min(0.0001).max(730).default(180),
      REFILL_GRACE_DAYS: days.min(0).max(30).default(3),
      SCREENING_DEADLINE_SECONDS: z.coerce.number().int().min(1).max(3_600).default(60),
      POLICY_PACKS: z.string().min(1).optional(),
      RENEWAL_TERMS: z.string().min(1).optional(),
      RENEWAL_PAYMENT_HOURS: z.coerce.number().min(0.0001).max(2_000).default(72),
      RENEWAL_APPROVAL_DAYS: z.coerce.number().min(0.0001).max(90).default(14),
      DOCUMENT_NAMES_URL: z.url(),
      DOCUMENT_SIGNING_KEY: z
        .string()
        .transform((text) => text.replaceAll('\\n', '\n'))
        .refine(isSigningKey, 'must be a P-256 private key in PEM'),
      DOCUMENT_LINK_SECONDS: z.coerce.number().int().min(5).max(3_600).default(120),
      PUBLIC_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
    },
    env,
  );

const shippedTerms = fileURLToPath(new URL('../renewal-terms.json', import.meta.url));
const shippedPacks = fileURLToPath(new URL('../policy-packs', import.meta.url));

/** Reads policy packs and terms of renewals; throws a PackError or TermsError that names what is wrong with them. */
export const rulesOf = (config: PrescriptionsConfig): Rules => ({
  validDays: config.PRESCRIPTION_VALID_DAYS,
  graceDays: config.REFILL_GRACE_DAYS,
  screeningDeadlineMs: config.SCREENING_DEADLINE_SECONDS * 1_000,
  packs: readPacks(config.POLICY_PACKS ?? shippedPacks),
  renewals: {
    terms: readTerms(config.RENEWAL_TERMS ?? shippedTerms),
    paymentMs: config.RENEWAL_PAYMENT_HOURS * 3_600_000,
    approvalMs: config.RENEWAL_APPROVAL_DAYS * 86_400_000,
  },
});

/** What the seed script needs. Demonstration data are written when they are asked for, and never in production. */
export function readSeedConfig(env: Record<string, string | undefined>): { WORKER_DATABASE_URL: string } {
  const { NODE_ENV, WORKER_DATABASE_URL } = readConfig(
    {
      NODE_ENV: serviceConfig.NODE_ENV,
      WORKER_DATABASE_URL: serviceConfig.WORKER_DATABASE_URL,
      CARETHREAD_DEMO: z.literal('1', 'must be 1: demonstration data are made on request only'),
    },
    env,
  );
  if (NODE_ENV === 'production') throw new ConfigError('Demonstration data are not made in production.');
  return { WORKER_DATABASE_URL };
}
