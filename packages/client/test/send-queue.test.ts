import { afterEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Refused, Unreachable } from '../src/errors.ts';
import { SendQueue, type SentMessage } from '../src/send-queue.ts';
import { Session } from '../src/session.ts';
import { memoryStorage, type Storage } from '../src/storage.ts';
import { tokens } from './tokens.ts';

/** What a platform does with messages: numbers them, once for each client id, when the network lets them through. */
class Platform {
  readonly messages: { clientId: string; body: string }[] = [];
  /** Asked for each request: what goes wrong with it, before or after the platform has acted. */
  trouble: () => 'before' | 'after' | 'refused' | null = () => null;

  readonly change = async <Payload>(_operation: string, input: object): Promise<Payload> => {
    const { clientId, body } = input as { clientId: string; body: string };
    const trouble = this.trouble();
    if (trouble === 'before') throw new Unreachable('no line');
    if (trouble === 'refused')
      throw new Refused([{ code: 'ILLEGAL_MOVE', message: 'The thread is closed.' }]);
    if (!this.messages.some((one) => one.clientId === clientId)) this.messages.push({ clientId, body });
    if (trouble === 'after') throw new Unreachable('the answer was lost');
    const number = this.messages.findIndex((one) => one.clientId === clientId) + 1;
    const message: SentMessage = { id: clientId, number, sentAt: new Date().toISOString() };
    return { message } as Payload;
  };
}

describe('the send queue', () => {
  const closing: AbortController[] = [];
  afterEach(() => closing.splice(0).forEach((each) => each.abort()));

  const device = async (platform: Platform, storage: Storage) => {
    const end = new AbortController();
    closing.push(end);
    const session = new Session({ url: 'http://nowhere.invalid', fetch, storage });
    const { change } = platform;
    const queue = new SendQueue({ storage, session, randomUuid: randomUUID, change, signal: end.signal });
    await session.adopt(tokens);
    return { queue, switchOff: () => end.abort() };
  };

  it('sends each message once and in order, whatever gets lost on the way', async () => {
    const platform = new Platform();
    const troubles = ['before', null, 'after', 'after', null, 'before', null] as const;
    let request = 0;
    platform.trouble = () => troubles[request++] ?? null;
    const { queue } = await device(platform, memoryStorage());
    const written = [];
    for (const body of ['one', 'two', 'three']) written.push(await queue.send({ threadId: 't', body }));
    const sent = await Promise.all(written.map(({ clientId }) => queue.sent(clientId)));
    expect(platform.messages.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
    expect(sent.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(queue.pending.get()).toEqual([]);
  });

  it('goes on after a reload with what was not sent, under the same ids', async () => {
    const platform = new Platform();
    platform.trouble = () => 'before';
    const storage = memoryStorage();
    const first = await device(platform, storage);
    const written = await first.queue.send({ threadId: 't', body: 'before the reload' });
    first.switchOff();
    platform.trouble = () => null;
    const { queue } = await device(platform, storage);
    await queue.restore();
    await queue.sent(written.clientId);
    expect(platform.messages).toEqual([{ clientId: written.clientId, body: 'before the reload' }]);
    expect(await storage.get('carethread.unsent')).toBe('[]');
  });

  it('keeps a refused message until somebody decides about it, and does not hold up the others', async () => {
    const platform = new Platform();
    platform.trouble = () => 'refused';
    const { queue } = await device(platform, memoryStorage());
    const refused = await queue.send({ threadId: 't', body: 'too late' });
    await expect(queue.sent(refused.clientId)).rejects.toThrow('The thread is closed.');
    expect(queue.pending.get()).toMatchObject([{ body: 'too late', refused: [{ code: 'ILLEGAL_MOVE' }] }]);
    platform.trouble = () => null;
    const next = await queue.send({ threadId: 't', body: 'after it' });
    await queue.sent(next.clientId);
    await queue.retry(refused.clientId);
    await queue.sent(refused.clientId);
    expect(platform.messages.map(({ body }) => body)).toEqual(['after it', 'too late']);
  });

  it('sends nothing for somebody else who signs in on the same device', async () => {
    const platform = new Platform();
    platform.trouble = () => 'before';
    const storage = memoryStorage();
    const first = await device(platform, storage);
    await first.queue.send({ threadId: 't', body: 'private' });
    first.switchOff();
    platform.trouble = () => null;
    const end = new AbortController();
    closing.push(end);
    const session = new Session({ url: 'http://nowhere.invalid', fetch, storage });
    const { change } = platform;
    const queue = new SendQueue({ storage, session, randomUuid: randomUUID, change, signal: end.signal });
    await queue.restore();
    await session.adopt({ ...tokens, as: { ...tokens.as, userId: 'ben', membershipId: 'n' } });
    const own = await queue.send({ threadId: 't', body: 'his own' });
    await queue.sent(own.clientId);
    expect(platform.messages.map(({ body }) => body)).toEqual(['his own']);
  });
});
