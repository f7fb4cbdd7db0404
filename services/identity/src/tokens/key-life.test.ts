import { describe, expect, it } from '@jest/globals';
import {
  decideRotation,
  type KeyTimes,
  publishedAt,
  publishForMs,
  retireAfterMs,
  signForMs,
  signingAt,
  waits,
} from './key-life.ts';

const start = new Date('2026-11-20T12:00:00Z');
const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);
const first: KeyTimes = { kid: 'first', signsFrom: start, verifiesUntil: null };

/** The keys after a rotation whose new key is called this. */
function rotated(
  keys: readonly KeyTimes[],
  wish: Parameters<typeof decideRotation>[1],
  now: Date,
  kid: string,
) {
  const rotation = decideRotation(keys, wish, now);
  if (!rotation) throw new Error('nothing was rotated');
  const until = new Map(rotation.retire.map((each) => [each.kid, each.verifiesUntil]));
  const kept = keys.map((key) => ({ ...key, verifiesUntil: until.get(key.kid) ?? key.verifiesUntil }));
  return [...kept, { kid, signsFrom: rotation.signsFrom, verifiesUntil: null }];
}
const kids = (keys: readonly KeyTimes[]) => keys.map(({ kid }) => kid);

describe('a signing key', () => {
  it('is made at once when there is none', () => {
    expect(decideRotation([], { kind: 'scheduled' }, start)).toEqual({ signsFrom: start, retire: [] });
  });

  it('is not made again by an instance whose clock is behind', () => {
    expect(signingAt([first], at(-5))?.kid).toBe('first');
    expect(decideRotation([first], { kind: 'scheduled' }, at(-5))).toBeNull();
  });

  it('signs for a month', () => {
    expect(decideRotation([first], { kind: 'scheduled' }, at(signForMs - 1))).toBeNull();
    expect(decideRotation([first], { kind: 'scheduled' }, at(signForMs))).not.toBeNull();
  });

  it('is published, waits, signs, and then the former one retires', () => {
    const due = signForMs;
    const keys = rotated([first], { kind: 'scheduled' }, at(due), 'second');
    const seen = (time: number) => [signingAt(keys, at(time))?.kid, kids(publishedAt(keys, at(time)))];
    expect(seen(due)).toEqual(['first', ['second', 'first']]);
    expect(seen(due + publishForMs - 1)).toEqual(['first', ['second', 'first']]);
    expect(seen(due + publishForMs)).toEqual(['second', ['second', 'first']]);
    expect(seen(due + publishForMs + retireAfterMs - 1)).toEqual(['second', ['second', 'first']]);
    expect(seen(due + publishForMs + retireAfterMs)).toEqual(['second', ['second']]);
  });

  it('waits longer than everybody needs to hear of it, and retires later than its last token', () => {
    expect(publishForMs).toBeGreaterThan(waits.untilEverybodyKnowsMs);
    expect(retireAfterMs).toBeGreaterThan(waits.untilLastTokenEndsMs);
  });

  it('is rotated on demand, but not while its successor waits', () => {
    const keys = rotated([first], { kind: 'wanted' }, at(1000), 'second');
    expect(decideRotation(keys, { kind: 'wanted' }, at(2000))).toBeNull();
    expect(decideRotation(keys, { kind: 'scheduled' }, at(2 * signForMs))).not.toBeNull();
  });

  it('that leaked verifies nothing more, and another signs at once', () => {
    const keys = rotated([first], { kind: 'leaked', kid: 'first' }, at(1000), 'second');
    expect(kids(publishedAt(keys, at(1000)))).toEqual(['second']);
    expect(signingAt(keys, at(1000))?.kid).toBe('second');
    expect(decideRotation(keys, { kind: 'leaked', kid: 'no such key' }, at(2000))).toBeNull();
  });

  it('that leaked before it signed leaves the one in force for as long as its tokens need', () => {
    const waiting = rotated([first], { kind: 'wanted' }, at(0), 'second');
    const keys = rotated(waiting, { kind: 'leaked', kid: 'second' }, at(1000), 'third');
    expect(kids(publishedAt(keys, at(1000)))).toEqual(['third', 'first']);
  });
});
