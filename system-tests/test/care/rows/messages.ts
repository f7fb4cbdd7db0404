import { describe, expect, it } from '@jest/globals';
import type { Client, Data } from '../../../src/client.ts';
import { releasedTicket } from '../../../src/released-ticket.ts';
import type { OwnPlatform } from '../../running-platform.ts';
import { refusalOf, threadOf, threadSeenBy } from '../../looks.ts';

const message = 'message { id number body }';

export function messageRows(own: OwnPlatform): void {
  const newThread = async (): Promise<{ ticketId: string; threadId: string }> => {
    const { ticketId } = await releasedTicket(own.stage);
    const { id: threadId } = await threadSeenBy(own.stage.patient, ticketId);
    return { ticketId, threadId };
  };
  const send = (who: Client, threadId: string, body: string, clientId: string = crypto.randomUUID()) =>
    who.tryChange('sendMessage', { threadId, clientId, body }, message);
  /** Stored counters, which are to agree with a recount each time they are looked at. */
  const unread = async (who: Client, ticketId: string): Promise<number> => {
    const { verifyUnread } = await who.do(
      '{ verifyUnread { stored recounted difference threads { threadId } } }',
    );
    expect(verifyUnread).toMatchObject({ difference: 0, threads: [] });
    return (await threadOf(who, ticketId))!['unreadCount'];
  };

  describe('messages', () => {
    it('M-02 the same client id is the same message, for ever; with other content it is refused', async () => {
      const { patient, doctor } = own.stage;
      const { threadId, ticketId } = await newThread();
      const clientId = crypto.randomUUID();
      const first = await send(patient, threadId, 'Once.', clientId);
      const both = await Promise.all([1, 2].map(() => send(patient, threadId, 'Once.', clientId)));
      expect(both.map((answer) => answer['message'])).toEqual([first['message'], first['message']]);
      expect(refusalOf(await send(patient, threadId, 'Twice.', clientId))).toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      await own.platform.processes.messaging.restart();
      await own.platform.processes.messaging.untilReady();
      expect((await send(patient, threadId, 'Once.', clientId))['message']).toEqual(first['message']);
      expect(refusalOf(await send(patient, threadId, 'Twice.', clientId))).toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      const bodies = (await threadOf(doctor, ticketId))!['messages'].edges.map(
        ({ node }: { node: Data }) => node['body'],
      );
      expect(bodies.filter((body: string) => body === 'Once.')).toHaveLength(1);
      expect(bodies).not.toContain('Twice.');
    });

    it('M-07 M-08 unread counts agree with a recount; markers go forward only, or back by message', async () => {
      const { patient, doctor } = own.stage;
      const { threadId, ticketId } = await newThread();
      expect(await unread(patient, ticketId)).toBe(0);
      const sent: Data[] = [];
      for (const body of ['One.', 'Two.', 'Three.'])
        sent.push((await send(doctor, threadId, body))['message']);
      await send(patient, threadId, 'My own.');
      expect(await unread(patient, ticketId)).toBe(3);
      expect(await unread(doctor, ticketId)).toBe(1);
      const thread = 'thread { lastReadNumber unreadCount }';
      const read = async (upTo: number) =>
        (await patient.change('markRead', { threadId, upTo }, thread))['thread'];
      const [one, two, three] = sent.map((each) => each['number'] as number);
      expect(await read(two!)).toEqual({ lastReadNumber: two, unreadCount: 1 });
      expect(await read(one!)).toEqual({ lastReadNumber: two, unreadCount: 1 });
      expect(await unread(patient, ticketId)).toBe(1);
      const back = await patient.change('markUnread', { messageId: sent[0]!['id'] }, thread);
      expect(back['thread']).toEqual({ lastReadNumber: one! - 1, unreadCount: 3 });
      expect(await unread(patient, ticketId)).toBe(3);
      expect(await read(three!)).toMatchObject({ unreadCount: 0 });
      expect(await unread(patient, ticketId)).toBe(0);
    });
  });
}
