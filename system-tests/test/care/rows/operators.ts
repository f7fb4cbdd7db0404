import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { asAdministrator } from '@carethread/local-stack/provision.ts';
import { repository } from '@carethread/local-stack/service-table.ts';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../src/story/expect.ts';
import type { OwnPlatform } from '../../running-platform.ts';
import { threadSeenBy } from '../../looks.ts';

const run = promisify(execFile);

export function operatorRows(own: OwnPlatform): void {
  /** `npm run parked`, as an operator calls it beside the running platform. */
  const parked = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, DATA_DIR: own.platform.dataDir };
    const npm = ['run', '--silent', 'parked', '--', ...args, '--service', 'messaging'];
    return (await run('npm', npm, { cwd: repository, env })).stdout;
  };
  /** An operator's mistake: the worker may not do what it has to. */
  const mayInsertThreads = (may: boolean) => {
    const url = new URL(own.platform.postgres.adminUrl);
    url.pathname = '/messaging';
    const change = may ? 'GRANT INSERT ON thread TO' : 'REVOKE INSERT ON thread FROM';
    return asAdministrator(url.href, (admin) => admin.query(`${change} carethread_worker`));
  };

  describe('parked events', () => {
    it('X-04 are listed and inspected without what is in them, and redriven, with one effect', async () => {
      const { doctor, patient, patientId, pharmacyId } = own.stage;
      await mayInsertThreads(false);
      let ticketId: string;
      let eventId: string;
      try {
        const { ticket } = await doctor.change(
          'openTicket',
          { idempotencyKey: crypto.randomUUID(), kind: 'PRESCRIPTION', patientId, pharmacyId },
          'ticket { id }',
        );
        ticketId = ticket.id;
        const row = await eventually(async () => {
          const line = (await parked('list')).split('\n').find((each) => each.includes(ticketId));
          return line?.split('│').map((cell) => cell.trim().replaceAll("'", ''));
        }, 'the event is parked');
        eventId = row[1]!;
        expect(row[3]).toBe('tickets.ticket.opened.v1');
        const seen = await parked('inspect', eventId);
        expect(seen).toContain('SQLSTATE 42501');
        expect(seen).toContain(ticketId);
        expect(seen).not.toMatch(/permission denied|Lindqvist|Okafor|Goldberg/);
        await expect(parked('redrive', eventId)).rejects.toMatchObject({
          stderr: expect.stringContaining('Say why'),
        });
        // While the cause is there, so that the service's own next try cannot be the one that succeeds first.
        const redriven = await parked('redrive', eventId, '--why', 'the right is coming back');
        expect(redriven).toContain('will be tried again');
      } finally {
        await mayInsertThreads(true);
      }
      const list =
        'query T($id: ID!) { ticket(id: $id) { number } inbox { threads(first: 100) { edges { node { ticket { id } } } } } }';
      const threads = async () =>
        (await patient.do(list, { id: ticketId }))['inbox'].threads.edges.filter(
          ({ node }: { node: { ticket: { id: string } } }) => node.ticket.id === ticketId,
        );
      await eventually(async () => (await threads()).length > 0, 'the ticket has its thread');
      expect(await parked('list')).toContain('Nothing is parked.');
      await expect(parked('redrive', eventId, '--why', 'again')).rejects.toMatchObject({
        stdout: expect.stringContaining('is not parked'),
      });
      expect(await threads()).toHaveLength(1);
      expect(await threadSeenBy(patient, ticketId)).toMatchObject({ status: 'OPEN', members: [{}, {}, {}] });
    });
  });
}
