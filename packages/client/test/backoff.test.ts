import { describe, expect, it } from '@jest/globals';
import { Backoff } from '../src/backoff.ts';

const pauses = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

describe('pauses between tries', () => {
  it('double up to half a minute', () => {
    expect(pauses(new Backoff(() => 1), 9)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
  });

  it('are never shorter than half of that', () => {
    expect(pauses(new Backoff(() => 0), 3)).toEqual([125, 250, 500]);
  });

  it('begin anew after a success', () => {
    const backoff = new Backoff(() => 1);
    pauses(backoff, 5);
    backoff.reset();
    expect([backoff.failures, backoff.next()]).toEqual([0, 250]);
  });
});
