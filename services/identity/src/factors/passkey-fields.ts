/** A passkey as its owner sees it. */
export const passkeyFields = {
  id: true,
  name: true,
  synced: true,
  registeredAt: true,
  lastUsedAt: true,
  blockedAt: true,
  version: true,
} as const;
