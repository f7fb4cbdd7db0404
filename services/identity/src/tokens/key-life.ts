import { accessTokenLifeMs } from '../session.ts';

/** The life of a signing key: publish, wait, sign, retire. Pure. */

const minute = 60_000;
const day = 24 * 60 * minute;

/** A key that another instance adds is noticed within this time … */
export const rereadAfterMs = 5 * minute;
/** … the key set may be kept this long by whatever stands between … */
export const keySetMaxAgeMs = 5 * minute;
/** … and gateways look at it anew after this. Their own setting; here to reckon with. */
const gatewayFreshMs = 10 * minute;

/** A new key waits longer than all these together before it signs: nobody meets a token whose key they have not seen. */
export const publishForMs = 30 * minute;
/**
 * The former one verifies on after that, longer than the last token it signed can live; the instance that signed it may
 * have heard of the successor, but its clock be a little late.
 */
export const retireAfterMs = 30 * minute;
/** A key signs for this long. */
export const signForMs = 30 * day;

export interface KeyTimes {
  kid: string;
  signsFrom: Date;
  /** Null while nobody knows: it has no successor. */
  verifiesUntil: Date | null;
}

/** Keys that verify, the newest first. */
export const publishedAt = <Key extends KeyTimes>(keys: readonly Key[], now: Date): Key[] =>
  keys
    .filter(({ verifiesUntil }) => verifiesUntil === null || now < verifiesUntil)
    .toSorted((one, other) => other.signsFrom.getTime() - one.signsFrom.getTime());

/**
 * The key that signs; none before the first one was made. Where none has begun, whoever made the oldest had a clock ahead
 * of ours, and signs with it already.
 */
export function signingAt<Key extends KeyTimes>(keys: readonly Key[], now: Date): Key | undefined {
  const published = publishedAt(keys, now);
  return published.find(({ signsFrom }) => signsFrom <= now) ?? published.at(-1);
}

export interface Rotation {
  /** When the new key begins to sign. */
  signsFrom: Date;
  /** How long each key before it verifies on. */
  retire: { kid: string; verifiesUntil: Date }[];
}

/**
 * - scheduled: a new key once the signing one is a month old.
 * - wanted: a new key now, unless one is on its way.
 * - leaked: this key verifies nothing any more, and a new one signs at once. Its tokens become void, and gateways may
 *   refuse those of the new key for half a minute, until they ask for it.
 */
export type RotationWish = { kind: 'scheduled' } | { kind: 'wanted' } | { kind: 'leaked'; kid: string };

/** The next key, or null when none is needed. */
export function decideRotation(keys: readonly KeyTimes[], wish: RotationWish, now: Date): Rotation | null {
  const published = publishedAt(keys, now);
  const signing = signingAt(keys, now);
  if (wish.kind === 'leaked') {
    const leaked = published.find(({ kid }) => kid === wish.kid);
    if (!leaked) return null;
    const others = published.filter((key) => key !== leaked);
    return { signsFrom: now, retire: [{ kid: leaked.kid, verifiesUntil: now }, ...retired(others, now)] };
  }
  if (!signing) return { signsFrom: now, retire: retired(published, now) };
  if (published.some(({ signsFrom }) => signsFrom > now)) return null;
  if (wish.kind === 'scheduled' && now.getTime() < signing.signsFrom.getTime() + signForMs) return null;
  const signsFrom = after(now, publishForMs);
  return { signsFrom, retire: retired(published, signsFrom) };
}

/** Keys that have an end already keep it. */
const retired = (keys: readonly KeyTimes[], signsFrom: Date) =>
  keys
    .filter(({ verifiesUntil }) => verifiesUntil === null)
    .map(({ kid }) => ({ kid, verifiesUntil: after(signsFrom, retireAfterMs) }));

/** That the waits are long enough follows from numbers above; a change of one that breaks it is noticed when it is made. */
export const waits = {
  untilEverybodyKnowsMs: rereadAfterMs + keySetMaxAgeMs + gatewayFreshMs,
  untilLastTokenEndsMs: accessTokenLifeMs + rereadAfterMs,
};

const after = (from: Date, milliseconds: number) => new Date(from.getTime() + milliseconds);
