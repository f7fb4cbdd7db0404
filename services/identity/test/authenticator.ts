import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a test may have an authenticator, or the page around it, do wrong. */
export interface Wrong {
  origin?: string;
  challenge?: string;
  type?: string;
  domain?: string;
  /** Without having made sure of the user: only that somebody was there. */
  unverified?: boolean;
  absent?: boolean;
  counter?: number;
  userHandle?: string;
}

const home = 'http://localhost:4000';
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const text = (bytes: Buffer) => bytes.toString('base64url');

/** CBOR (RFC 8949) as far as WebAuthn needs it: whole numbers, texts, bytes and maps. */
function cbor(value: number | string | Buffer | Map<number | string, unknown>): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([
    head(5, value.size),
    ...[...value].flatMap(([key, inner]) => [cbor(key), cbor(inner as never)]),
  ]);
}
function head(major: number, size: number): Buffer {
  if (size < 24) return Buffer.of((major << 5) | size);
  if (size < 256) return Buffer.of((major << 5) | 24, size);
  return Buffer.of((major << 5) | 25, size >> 8, size & 255);
}

/** The public key as COSE (RFC 9052): EC2, ES256, P-256. */
function cose(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' });
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x!, 'base64url')],
      [-3, Buffer.from(y!, 'base64url')],
    ]),
  );
}

interface Credential {
  id: Buffer;
  privateKey: KeyObject;
  userHandle: string;
  counter: number;
}

/** A software authenticator with its browser: makes passkeys (ES256, attestation none) and signs with them. */
export class Authenticator {
  /** Kept on several devices: then it does not count its signatures. */
  readonly synced: boolean;
  readonly credentials: Credential[] = [];

  constructor({ synced = false } = {}) {
    this.synced = synced;
  }

  /** Answers options for a new passkey, as PublicKeyCredential.toJSON() and JSON.stringify would. */
  create(options: string, wrong: Wrong = {}): string {
    const { challenge, rp, user } = JSON.parse(options) as {
      challenge: string;
      rp: { id: string };
      user: { id: string };
    };
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(32);
    this.credentials.push({ id, privateKey, userHandle: user.id, counter: 0 });
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.of(0, id.length), id, cose(publicKey)]);
    const authData = Buffer.concat([this.#data(rp.id, 0, wrong, 0x40), credential]);
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    return JSON.stringify({
      id: text(id),
      rawId: text(id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(clientData('webauthn.create', challenge, wrong)),
        attestationObject: text(attestationObject),
        transports: ['internal'],
      },
    });
  }

  /** Answers options for the use of a passkey, with the newest one. */
  get(options: string, wrong: Wrong = {}): string {
    const { challenge, rpId } = JSON.parse(options) as { challenge: string; rpId: string };
    const credential = this.credentials.at(-1)!;
    if (!this.synced) credential.counter += 1;
    const authenticatorData = this.#data(rpId, wrong.counter ?? credential.counter, wrong, 0);
    const client = clientData('webauthn.get', challenge, wrong);
    const signature = sign(
      'sha256',
      Buffer.concat([authenticatorData, sha256(client)]),
      credential.privateKey,
    );
    return JSON.stringify({
      id: text(credential.id),
      rawId: text(credential.id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(client),
        authenticatorData: text(authenticatorData),
        signature: text(signature),
        userHandle: wrong.userHandle ?? credential.userHandle,
      },
    });
  }

  /** Hash of the domain, flags (present, verified, backup eligible and state, more data) and counter. */
  #data(domain: string, counter: number, wrong: Wrong, more: number): Buffer {
    const flags = (wrong.absent ? 0 : 1) | (wrong.unverified ? 0 : 4) | (this.synced ? 0x18 : 0) | more;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(wrong.domain ?? domain), Buffer.of(flags), count]);
  }
}

const clientData = (type: string, challenge: string, wrong: Wrong) =>
  Buffer.from(
    JSON.stringify({
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? challenge,
      origin: wrong.origin ?? home,
      crossOrigin: false,
    }),
  );
