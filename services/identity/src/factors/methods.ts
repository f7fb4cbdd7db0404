/** One thing by which somebody has proved who they are. */
export type Proof =
  | { kind: 'password' }
  | { kind: 'totp' }
  | { kind: 'recovery_code' }
  /** `verified`: the authenticator has made sure of its user, by PIN or body. */
  | { kind: 'passkey'; synced: boolean; verified: boolean };

/**
 * How somebody has proved who they are, in the words of RFC 8176 (`amr`). `mfa` stands for two different factors:
 * something known and something held, or a passkey that made sure of its user. `recovery` is our own word; the registry
 * has none for a code from a list.
 */
export function methodsOf(proofs: readonly Proof[]): string[] {
  const words = proofs.flatMap(wordsOf);
  const known = proofs.some(({ kind }) => kind === 'password');
  const held = proofs.some(({ kind }) => kind !== 'password');
  const alone = proofs.some((proof) => proof.kind === 'passkey' && proof.verified);
  return [...new Set([...words, ...((known && held) || alone ? ['mfa'] : [])])];
}

function wordsOf(proof: Proof): string[] {
  switch (proof.kind) {
    case 'password':
      return ['pwd'];
    case 'totp':
      return ['otp'];
    case 'recovery_code':
      return ['recovery'];
    case 'passkey':
      return [proof.synced ? 'swk' : 'hwk', ...(proof.verified ? ['user'] : [])];
    default:
      return proof satisfies never;
  }
}
