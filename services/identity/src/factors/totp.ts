import { Secret, TOTP } from 'otpauth';
import encodeQR from 'qr';

/** Seconds for which a code is shown. */
const period = 30;
/** What every authenticator app understands (RFC 6238 with its defaults). */
const parameters = { algorithm: 'SHA1', digits: 6, period } as const;

/** A new secret: 160 random bits (RFC 4226, requirement 6). */
export const newTotpSecret = (): Buffer => Buffer.from(new Secret({ size: 20 }).bytes);

/** What an authenticator app reads: as address, as text to type, and as a picture to photograph. */
export function totpSetUp(secret: Buffer, { platform, account }: { platform: string; account: string }) {
  const uri = new TOTP({
    issuer: platform,
    label: account,
    secret: secretOf(secret),
    ...parameters,
  }).toString();
  return { uri, secret: secretOf(secret).base32, qrSvg: encodeQR(uri, 'svg', { ecc: 'medium' }) };
}

/**
 * The time step of a code that counts now, one step earlier or one later (clocks differ, people type slowly); null for any
 * other code, and for one of a step that was used up, or of one before it.
 */
export function totpStep(code: string, secret: Buffer, now: Date, lastStep: number | null): number | null {
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    token: code,
    secret: secretOf(secret),
    ...parameters,
    timestamp,
    window: 1,
  });
  if (delta === null) return null;
  const step = TOTP.counter({ period, timestamp }) + delta;
  return lastStep !== null && step <= lastStep ? null : step;
}

const secretOf = (bytes: Buffer) => Secret.fromHex(bytes.toString('hex'));
