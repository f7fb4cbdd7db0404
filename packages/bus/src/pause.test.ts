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

  it('ends the wait when it is rung, when the time is over, and when the signal fires', async () => {
    const bell = new Bell();
    const waiting = bell.wait(Infinity);
    bell.ring();
    await waiting;
    await bell.wait(soon);
    const stop = new AbortController();
    const stopped = bell.wait(Infinity, stop.signal);
    stop.abort();
    await stopped;
    await bell.wait(Infinity, stop.signal);
  });
});

it('a pause ends early when its signal fires', async () => {
  const stop = new AbortController();
  const paused = pause(60_000, stop.signal);
  stop.abort();
  await paused;
  await pause(60_000, stop.signal);
});

it('a limit passes on what settles in time, and says what did not', async () => {
  await expect(within(1_000, 'it', Promise.resolve(7))).resolves.toBe(7);
  await expect(within(1_000, 'it', Promise.reject(new Error('own')))).rejects.toThrow('own');
  await expect(within(soon, 'Connecting', never)).rejects.toThrow('Connecting took longer than 10 ms');
});
