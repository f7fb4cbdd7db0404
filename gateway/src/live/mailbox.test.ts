import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LiveEvent } from './live-event.ts';
import { Mailbox } from './mailbox.ts';

const event = (cursor: number, key = String(cursor)): LiveEvent => ({
  id: String(cursor),
  topics: ['t'],
  cursor,
  key,
  value: { __typename: 'TicketChanged' },
  traceparent: null,
});

const mailbox = (options: { durable: boolean; limit?: number }) => {
  const closed: Mailbox[] = [];
  const box = new Mailbox({
    topics: ['t'],
    owner: () => {
      throw new Error('not asked');
    },
    limit: 4,
    onClose: (one) => closed.push(one),
    ...options,
  });
  return { box, closed };
};

const cursorOf = async (box: Mailbox) => {
  const mail = await box.take();
  return mail?.kind === 'event' ? mail.event.cursor : (mail?.reason ?? null);
};

describe('mailbox', () => {
  it('gives events in order, at once or when they come', async () => {
    const { box } = mailbox({ durable: true });
    box.push(event(1));
    box.push(event(2));
    expect([await cursorOf(box), await cursorOf(box)]).toEqual([1, 2]);
    const later = cursorOf(box);
    box.push(event(3));
    box.push(event(4));
    expect([await later, await cursorOf(box)]).toEqual([3, 4]);
  });

  it('ends a durable feed that is too slow with one word, and nothing after it', async () => {
    const { box, closed } = mailbox({ durable: true });
    for (let cursor = 1; cursor <= 10; cursor += 1) box.push(event(cursor));
    expect([await cursorOf(box), await cursorOf(box)]).toEqual(['SLOW_CONSUMER', null]);
    expect(closed).toEqual([box]);
  });

  it('tells a lossy feed and goes on', async () => {
    const { box, closed } = mailbox({ durable: false });
    for (let cursor = 1; cursor <= 6; cursor += 1) box.push(event(cursor));
    expect([await cursorOf(box), await cursorOf(box)]).toEqual(['SLOW_CONSUMER', 6]);
    expect(closed).toEqual([]);
  });

  it('merges waiting events of the same key', async () => {
    const { box } = mailbox({ durable: false });
    for (let cursor = 1; cursor <= 50; cursor += 1) box.push(event(cursor, cursor % 2 ? 'odd' : 'even'));
    expect([await cursorOf(box), await cursorOf(box)]).toEqual([49, 50]);
  });

  it('releases who waits when it is closed', async () => {
    const { box, closed } = mailbox({ durable: true });
    const waiting = box.take();
    box.close();
    box.close();
    expect(await waiting).toBeNull();
    expect(closed).toEqual([box]);
  });

  it('never lets a durable reader miss an event without a word', async () => {
    const steps = fc.array(fc.constantFrom('push', 'take'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { box } = mailbox({ durable: true });
        let pushed = 0;
        const heard: (number | string | null)[] = [];
        for (const step of plan) {
          if (step === 'push') box.push(event((pushed += 1)));
          else if (heard.length < pushed && heard.at(-1) !== null) heard.push(await cursorOf(box));
        }
        const cursors = heard.filter((one) => typeof one === 'number');
        expect(cursors).toEqual(cursors.map((_, index) => index + 1));
        // After the last number comes nothing, or the word and then the end.
        expect([[], ['SLOW_CONSUMER'], ['SLOW_CONSUMER', null]]).toContainEqual(heard.slice(cursors.length));
      }),
    );
  });
});
