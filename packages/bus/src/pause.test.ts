import { describe, expect, it } from '@jest/globals';
import { Bell, pause, within } from './pause.ts';

const soon = 10;
const never = new Promise<never>(() => {});

describe('a bell', () => {
  it('ends the wait at once when it was rung before', async () => {
    const bell = new Bell();
    bell.ring();
    bell.ring();
    await bell.wait(Infinity);
    await expect(within(soon, 'the second wait', bell.wait(Infinity))).rejects.toThrow('the second wait');
  });

  it.each([
    ['when it is rung', Infinity, (bell: Bell) => bell.ring()],
    ['when the time is over', soon, () => {}],
    ['when the signal fires', Infinity, (_: Bell, stop: AbortController) => stop.abort()],
  ])('ends the wait %s', async (_, ms, happen) => {
    const bell = new Bell();
    const stop = new AbortController();
    const waiting = bell.wait(ms, stop.signal);
    happen(bell, stop);
    await expect(waiting).resolves.toBeUndefined();
  });
});

it('a pause ends early when its signal fires, and does not begin after it', async () => {
  const stop = new AbortController();
  const paused = pause(60_000, stop.signal);
  stop.abort();
  await expect(paused).resolves.toBeUndefined();
  await expect(pause(60_000, stop.signal)).resolves.toBeUndefined();
});

it('a limit passes on what settles in time, and says what did not', async () => {
  await expect(within(1_000, 'it', Promise.resolve(7))).resolves.toBe(7);
  await expect(within(1_000, 'it', Promise.reject(new Error('own')))).rejects.toThrow('own');
  await expect(within(soon, 'Connecting', never)).rejects.toThrow('Connecting took longer than 10 ms');
});
