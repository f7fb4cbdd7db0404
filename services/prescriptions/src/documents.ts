import type { PrescriptionsConfig } from './config.ts';
import { type DocumentKeys, documentKeys } from './document-keys.ts';
import { namesFromGateway, type ReadNames } from './make-document/names.ts';

/** What making, showing and sending documents has in common. */
export interface Documents {
  readonly keys: DocumentKeys;
  readonly readNames: ReadNames;
  /** How long a download link works, in milliseconds. */
  readonly linkLifeMs: number;
  /** Where people find a download link, and what a verification code says. */
  readonly downloadAddress: (token: string) => string;
  readonly verificationAddress: (code: string) => string;
}

export function documentsFrom(config: PrescriptionsConfig): Documents {
  const { DOCUMENT_SIGNING_KEY, DOCUMENT_NAMES_URL, DOCUMENT_LINK_SECONDS, PUBLIC_URL } = config;
  const keys = documentKeys(DOCUMENT_SIGNING_KEY);
  return {
    keys,
    readNames: namesFromGateway(DOCUMENT_NAMES_URL, keys),
    linkLifeMs: DOCUMENT_LINK_SECONDS * 1_000,
    downloadAddress: (token) => `${PUBLIC_URL}/documents/${token}`,
    verificationAddress: (code) => `${PUBLIC_URL}/verify/${code}`,
  };
}
