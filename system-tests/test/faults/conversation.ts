import { describe, expect, it } from '@jest/globals';
import { CarethreadClient, Conversation, type ConversationState } from '@carethread/client/carethread.ts';
import { until } from '@carethread/client/observable.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

describe('a conversation', () => {
  it('goes on while its gateway and messaging are killed, without loss or double', async () => {
    const { ticketId } = await releasedTicket(own.stage);
    const password = 'carethread-demo';
    const people = await Promise.all(
      [own.stage.patient.email, own.stage.doctor.email].map(async (email) => {
        const client = new CarethreadClient({ url: own.platform.url });
        await client.session.signIn({ email, password });
        return { client, talk: await Conversation.open(client, { ticketId }) };
      }),
    );
    const written: string[] = [];
    for (const name of ['gateway', 'messaging'] as const) {
      const victim = own.platform.processes[name];
      for (const { talk } of people) {
        written.push(`${written.length + 1}.`);
        await talk.send({ body: written.at(-1)! });
      }
      // While the messages are on their way.
      victim.signal('SIGKILL');
      for (const { talk } of people) {
        written.push(`${written.length + 1}.`);
        await talk.send({ body: written.at(-1)! });
      }
      await victim.untilReady();
      const said = ({ messages }: ConversationState) =>
        messages.map(({ body }) => body).filter((body) => /^\d+\.$/.test(body));
      for (const { talk } of people) {
        const state = await until(
          talk.state,
          (now) => now.pending.length === 0 && said(now).length >= written.length,
        );
        expect(said(state).toSorted()).toEqual(written.toSorted());
        expect(state.messages.map(({ number }) => number)).toEqual(
          state.messages.map((_, at) => state.messages[0]!.number + at),
        );
      }
    }
    for (const { client, talk } of people) {
      talk.close();
      client.close();
    }
  }, 180_000);
});
