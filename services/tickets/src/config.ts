import { createPrivateKey, createPublicKey } from 'node:crypto';
import { serviceConfig } from '@carethread/service-kit/config.ts';
import { z } from 'zod';
import { isTimeZone } from './ticket-number.ts';

/** A PEM as it is, or in one line with \n for its line ends, as environment files write it. */
const pem = z.string().transform((text) => text.replaceAll('\\n', '\n'));
const reads =
  (read: (text: string) => { asymmetricKeyDetails?: { namedCurve?: string } }) => (text: string) => {
    try {
      return read(text).asymmetricKeyDetails?.namedCurve === 'prime256v1';
    } catch {
      return false;
    }
  };
const pemBlocks = (text: string) => text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? [];
const days = (standard: number) => z.coerce.number().int().min(1).max(3_650).default(standard);

export const ticketsConfig = {
  ...serviceConfig,
  /** ES256 private key (PKCS 8, PEM) that signs claim tokens. */
  CLAIM_SIGNING_KEY: pem.refine(reads(createPrivateKey), 'must be a P-256 private key in PEM'),
  /** Public keys (PEM, one after the other) of former signing keys whose claims may still run. */
  CLAIM_FORMER_KEYS: pem
    .transform(pemBlocks)
    .refine(
      (blocks) => blocks.length > 0 && blocks.every(reads(createPublicKey)),
      'must be P-256 public keys in PEM',
    )
    .optional(),
  /** How long a claim lasts unless it is renewed, in minutes. */
  CLAIM_LEASE_MINUTES: z.coerce.number().min(0.05).max(43_200).default(1_440),
  /** Zone of a ticket number's date where the clinic's own is not known. */
  TICKET_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')
    .default('UTC'),
  /** Validity by kind, in days from opening. A released prescription brings its own end. */
  VALIDITY_DAYS_PRESCRIPTION: days(30),
  VALIDITY_DAYS_CONSULTATION: days(90),
  VALIDITY_DAYS_LAB_REQUEST: days(90),
  VALIDITY_DAYS_REFERRAL: days(180),
  /** How long a command waits for a person or pharmacy whose event may still be on its way, in milliseconds. */
  COPY_WAIT_MS: z.coerce.number().int().min(0).max(10_000).default(2_000),
};
export type TicketsConfig = z.infer<z.ZodObject<typeof ticketsConfig>>;
