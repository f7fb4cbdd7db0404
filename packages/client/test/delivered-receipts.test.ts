import { afterEach, describe, expect, it } from '@jest/globals';
import { DeliveredReceipts } from '../src/delivered-receipts.ts';
import { Refused, Unreachable } from '../src/errors.ts';
import { Session } from '../src/session.ts';
import { memoryStorage } from '../src/storage.ts';
import { tokens } from './tokens.ts';

type Calls = { threadId: string; upTo: number }[][];

describe('receipts of what has arrived', () => {
  const closing = new AbortController();
  afterEach(() => closing.abort());

  it('are told together, each thread up to its newest, and again when no answer comes', async () => {
    const session = new Session({ url: 'http://nowhere.invalid', fetch, storage: memoryStorage() });
    const calls: Calls = [];
    const troubles = [new Unreachable('no line'), new Refused([{ code: 'INVALID', message: 'No.' }])];
    let told = () => {};
    const change = async <Payload>(_operation: string, input: object): Promise<Payload> => {
      calls.push((input as { receipts: Calls[number] }).receipts);
      const trouble = troubles[calls.length - 1];
      told();
      if (trouble) throw trouble;
      return {} as Payload;
    };
    const calledTimes = async (count: number) => {
      while (calls.length < count) await new Promise<void>((resolve) => (told = resolve));
    };
    const receipts = new DeliveredReceipts({ session, change, signal: closing.signal });
    receipts.note('nobody is signed in', 1);
    await session.adopt(tokens);
    for (const upTo of [1, 3, 2]) receipts.note('one', upTo);
    for (let n = 0; n < 60; n += 1) receipts.note(`thread ${n}`, 7);
    await calledTimes(3);
    // The line was away; what was refused is not told again, and the rest comes after it.
    expect(calls.map(({ length }) => length)).toEqual([50, 50, 11]);
    expect(calls[1]).toEqual(calls[0]);
    expect(calls[0]![0]).toEqual({ threadId: 'one', upTo: 3 });
    expect(new Set([...calls[1]!, ...calls[2]!].map(({ threadId }) => threadId)).size).toBe(61);
  });
});
