import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { as, send } from './send.ts';
import type { OwnPlatform } from '../running-platform.ts';

/** What becomes of a request on its way. */
export function requests(own: OwnPlatform): void {
  describe('a request', () => {
    it('is known by its number and trace in the logs of every service it reached (G-08)', async () => {
      const { ticketId } = await releasedTicket(own.stage);
      const requestId = `doors-${crypto.randomUUID()}`;
      const trace = 'abcdef0123456789'.repeat(2);
      const query = 'query($id: ID!) { ticket(id: $id) { id thread { id } patient { displayName } } }';
      await send(
        own.platform.url,
        { query, variables: { id: ticketId } },
        {
          ...as(own.stage.patient),
          'x-request-id': requestId,
          traceparent: `00-${trace}-${'1'.repeat(16)}-01`,
        },
      );
      const logged = (name: 'tickets' | 'messaging' | 'identity') =>
        readFileSync(own.platform.processes[name].logFile, 'utf8')
          .split('\n')
          .some((line) => line.includes(requestId) && line.includes(trace));
      for (const name of ['tickets', 'messaging', 'identity'] as const)
        await expect(eventually(async () => logged(name), `${name} has logged it`)).resolves.toBe(true);
    });
  });

  describe('with a service down', () => {
    it('the rest is answered (G-06)', async () => {
      const { ticketId } = await releasedTicket(own.stage);
      await own.platform.processes.messaging.stop();
      const { data, errors } = await own.stage.patient.ask(
        'query($id: ID!) { ticket(id: $id) { id status thread { id } } }',
        {
          id: ticketId,
        },
      );
      expect(data?.['ticket']).toMatchObject({ id: ticketId, thread: null });
      expect(errors).toEqual([
        {
          message: 'This part of the data is not available just now.',
          extensions: { code: 'SUBGRAPH_UNAVAILABLE' },
        },
      ]);
      await own.platform.processes.messaging.start();
      await own.platform.processes.messaging.untilReady();
    });
  });
}
