import { fileURLToPath } from 'node:url';
import {
  ConfigError,
  readConfig,
  serviceConfig,
  type ServiceConfig,
} from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { readPacks } from './controls/read-packs.ts';
import type { Rules } from './rules.ts';

export interface PrescriptionsConfig extends ServiceConfig {
  /** Where tickets publishes the keys of its claim tokens. */
  CLAIM_JWKS_URL: string;
  PRESCRIPTION_VALID_DAYS: number;
  REFILL_GRACE_DAYS: number;
  SCREENING_DEADLINE_SECONDS: number;
  /** Folder of the policy packs; those that are shipped when absent. */
  POLICY_PACKS?: string | undefined;
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
    },
    env,
  );

const shippedPacks = fileURLToPath(new URL('../policy-packs', import.meta.url));

/** Reads the policy packs; throws a PackError that names what is wrong with them. */
export const rulesOf = (config: PrescriptionsConfig): Rules => ({
  validDays: config.PRESCRIPTION_VALID_DAYS,
  graceDays: config.REFILL_GRACE_DAYS,
  screeningDeadlineMs: config.SCREENING_DEADLINE_SECONDS * 1_000,
  packs: readPacks(config.POLICY_PACKS ?? shippedPacks),
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
