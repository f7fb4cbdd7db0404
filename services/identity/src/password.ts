import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';

const derive = promisify(argon2);

interface Phc {
  /** Memory in KiB. */
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  hash: Buffer;
}
/** The least that OWASP's password storage cheat sheet asks of Argon2id; some 50 ms of one core. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
/** What a password for an unknown account is compared with. */
const decoy: Phc = { ...cost, salt: Buffer.alloc(16), hash: Buffer.alloc(32) };

/** A password somebody chooses. Length is all that is asked for (NIST SP 800-63B); the limit keeps hashing cheap. */
export const newPasswordSchema = z
  .string()
  .min(12, 'must be at least 12 characters')
  .max(200, 'must be at most 200 characters');

/** Argon2id of a password in the PHC string format, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const blank: Phc = { ...decoy, salt: randomBytes(16) };
  return formatPhc({ ...blank, hash: await hashLike(blank, password) });
}

/**
 * Whether this is the password. Without a hash (no such account) the answer is no and takes as long as a wrong password,
 * so that time tells nothing about which accounts exist.
 */
export async function verifyPassword(password: string, storedHash: string | null): Promise<boolean> {
  const stored = storedHash === null ? decoy : parsePhc(storedHash);
  return timingSafeEqual(await hashLike(stored, password), stored.hash) && storedHash !== null;
}

/** Two keyboards may compose the same letter differently; NFC makes them one password. */
const hashLike = ({ salt, hash, ...parameters }: Phc, password: string): Promise<Buffer> =>
  derive('argon2id', {
    ...parameters,
    message: password.normalize('NFC'),
    nonce: salt,
    tagLength: hash.length,
  });

const formatPhc = ({ memory, passes, parallelism, salt, hash }: Phc): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;

const unpadded = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

function parsePhc(text: string): Phc {
  const [, memory, passes, parallelism, salt, hash] = phc.exec(text) ?? [];
  if (!salt || !hash) throw new Error('This is not an Argon2id hash in PHC format.');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}
