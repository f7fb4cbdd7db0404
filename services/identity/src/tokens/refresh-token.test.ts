import { describe, expect, it } from '@jest/globals';
import { newRefreshToken, refreshTokenHash, successorOf, successorSecret } from './refresh-token.ts';

const secret = successorSecret(Buffer.alloc(32, 1));

describe('a refresh token', () => {
  it('is 256 random bits', () => {
    expect(newRefreshToken()).toMatch(/^[\w-]{43}$/);
    expect(newRefreshToken()).not.toBe(newRefreshToken());
  });

  it('has one successor, as unguessable as itself', () => {
    const token = newRefreshToken();
    expect(successorOf(token, secret)).toMatch(/^[\w-]{43}$/);
    expect(successorOf(token, secret)).toBe(successorOf(token, secret));
    expect(successorOf(token, secret)).not.toBe(successorOf(token, successorSecret(Buffer.alloc(32, 2))));
    expect(successorOf(token, secret)).not.toBe(successorOf(newRefreshToken(), secret));
  });

  it('is stored as a hash', () => {
    const token = newRefreshToken();
    expect(refreshTokenHash(token)).toHaveLength(32);
    expect(refreshTokenHash(token).toString('base64url')).not.toBe(token);
  });
});
