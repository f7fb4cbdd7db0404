import type { Reader } from '../reader.ts';
import { passkeyFields } from './passkey-fields.ts';

export type MyFactors = Awaited<ReturnType<typeof loadMyFactors>>;
export type PasskeyView = MyFactors['passkeys'][number];

/** What the person who asks can prove themselves with. */
export async function loadMyFactors({ read, actor }: Reader) {
  const userId = actor?.userId ?? '';
  const [totp, recoveryCodesLeft, passkeys] = await Promise.all([
    read((db) => db.totpFactor.findUnique({ where: { userId }, select: { confirmedAt: true } })),
    read((db) => db.recoveryCode.count({ where: { userId, usedAt: null } })),
    read((db) =>
      db.passkey.findMany({
        where: { userId },
        select: passkeyFields,
        orderBy: [{ registeredAt: 'asc' }, { id: 'asc' }],
      }),
    ),
  ]);
  return { totpSince: totp?.confirmedAt ?? null, recoveryCodesLeft, passkeys };
}
