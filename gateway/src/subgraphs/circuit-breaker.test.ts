import { describe, expect, it } from '@jest/globals';
import { CircuitBreaker } from './circuit-breaker.ts';

const opened = () => {
  const breaker = new CircuitBreaker();
  for (let call = 0; call < 5; call += 1) {
    breaker.admits(1_000);
    breaker.failed(1_000);
  }
  return breaker;
};

describe('circuit breaker', () => {
  it('stays closed while failures are not in a row', () => {
    const breaker = new CircuitBreaker();
    for (let call = 0; call < 20; call += 1) {
      breaker.failed(0);
      if (call % 4 === 3) breaker.succeeded();
    }
    expect(breaker.admits(0)).toBe(true);
  });

  it('refuses for two seconds after five failures in a row', () => {
    const breaker = opened();
    expect([breaker.admits(1_001), breaker.admits(2_999)]).toEqual([false, false]);
  });

  it('lets one call through to try, not two', () => {
    const breaker = opened();
    expect([breaker.admits(3_000), breaker.admits(3_000)]).toEqual([true, false]);
  });

  it('closes when the try succeeds and opens again when it fails', () => {
    const recovered = opened();
    recovered.admits(3_000);
    recovered.succeeded();
    expect([recovered.admits(3_001), recovered.admits(3_001)]).toEqual([true, true]);

    const failing = opened();
    failing.admits(3_000);
    failing.failed(3_100);
    expect([failing.admits(5_000), failing.admits(5_100)]).toEqual([false, true]);
  });

  it('lets the next call try when the first one was abandoned', () => {
    const breaker = opened();
    breaker.admits(3_000);
    breaker.abandoned();
    expect(breaker.admits(3_001)).toBe(true);
  });
});
