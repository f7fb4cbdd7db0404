import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { databaseNames, loginKinds } from './provision.ts';
import { brokerClients, type BrokerClient } from './provision-broker.ts';
import type { DatabaseName, LoginKind } from './provision.ts';
import { randomPassword, secretsFile } from './secrets-file.ts';

type SecretName =
  | 'keyEncryptionKey'
  | 'gatewaySigningKey'
  | 'claimSigningKey'
  | 'documentSigningKey'
  | 'providerApiKey'
  | 'providerWebhookSecret'
  | `database:${DatabaseName}_${LoginKind}`
  | `broker:${BrokerClient}`;

export type PlatformSecrets = Readonly<Record<SecretName, string>>;

/** An EC P-256 private key as PKCS #8 PEM, for ES256 signatures. */
const signingKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const generators = {
  /** 32 random bytes, base64. */
  keyEncryptionKey: () => randomBytes(32).toString('base64'),
  gatewaySigningKey: signingKey,
  claimSigningKey: signingKey,
  documentSigningKey: signingKey,
  /** Between payments and the simulated provider. */
  providerApiKey: () => `sk_test_${randomPassword()}`,
  providerWebhookSecret: () => `whsec_${randomPassword()}`,
  ...Object.fromEntries(
    databaseNames.flatMap((service) =>
      loginKinds.map((kind) => [`database:${service}_${kind}`, randomPassword]),
    ),
  ),
  ...Object.fromEntries(brokerClients.map((client) => [`broker:${client}`, randomPassword])),
} as Record<SecretName, () => string>;

/** All secrets of a platform, generated when first asked for and kept in a file only its owner can read. */
export const platformSecrets = (file: string): Promise<PlatformSecrets> => secretsFile(file, generators);
