import { createHash, createHmac, hkdfSync } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The access code of a delegation: 80 bits as Crockford's Base32, in four groups. It follows from the id and a secret of
 * ours, so a repeated request gets the same code although none is stored.
 */
export function delegationCode(delegationId: string, keyEncryptionKey: Buffer): string {
  const secret = Buffer.from(hkdfSync('sha256', keyEncryptionKey, '', 'delegation codes', 32));
  const bytes = createHmac('sha256', secret).update(delegationId).digest();
  const characters = Array.from({ length: 16 }, (_, at) => alphabet[bytes[at]! & 31]!);
  return characters.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}

/** Under which a code is stored: as it was meant, whatever case, dashes and look-alike letters it was typed with. */
export const delegationCodeHash = (typed: string): Buffer =>
  createHash('sha256')
    .update(
      typed
        .toUpperCase()
        .replaceAll(/[^0-9A-Z]/g, '')
        .replaceAll('O', '0')
        .replaceAll(/[IL]/g, '1'),
    )
    .digest();
