import { effort } from '@carethread/local-stack/effort.ts';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { ProcessName } from '@carethread/local-stack/service-table.ts';
import { eventually } from '../../src/story/expect.ts';
import { resilientStory } from '../../src/resilient-story.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

const rows = async (service: 'messaging' | 'tickets', text: string, values: unknown[]) => {
  const url = new URL(own.platform.postgres.adminUrl);
  url.pathname = `/${service}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
};

/** How often each process is killed in the middle of a story. */
const killsWanted = effort(2, 5);

describe('broker away', () => {
  it('tickets opened meanwhile all get their thread afterwards, each exactly one (T-01, X-03)', async () => {
    await own.platform.rabbitMq.stop();
    const tickets: string[] = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { ticket } = await own.stage.doctor.change(
          'openTicket',
          {
            idempotencyKey: crypto.randomUUID(),
            kind: 'PRESCRIPTION',
            patientId: own.stage.patientId,
            pharmacyId: own.stage.pharmacyId,
          },
          'ticket { id }',
        );
        return ticket.id;
      }),
    );
    await own.platform.rabbitMq.start();
    const count = 'SELECT ticket_id FROM thread WHERE ticket_id = ANY($1)';
    await eventually(
      async () => (await rows('messaging', count, [tickets])).length >= tickets.length,
      'every ticket has a thread',
      60_000,
    );
    const threads = (await rows('messaging', count, [tickets])).map(({ ticket_id }) => ticket_id as string);
    expect(threads.toSorted()).toEqual(tickets.toSorted());
  });
});

describe('killed processes', () => {
  const services: ProcessName[] = ['identity', 'tickets', 'messaging', 'prescriptions', 'catalog', 'gateway'];

  it.each(services)(
    'the story ends right while %s is killed again and again in the middle of it',
    async (name) => {
      let kills = 0;
      const victim = own.platform.processes[name];
      const end = await resilientStory(own.platform.url, {
        ready: () => victim.untilReady(),
        async strike() {
          // Somewhere between the arrival of the request and its answer; where exactly is left to chance.
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 25));
          if (kills === killsWanted || victim.pid() === null) return;
          kills += 1;
          victim.signal('SIGKILL');
        },
      });
      expect(kills).toBe(killsWanted);
      expect(end).toEqual({
        status: 'CLOSED',
        timelineHasNoGap: true,
        handedOver: 2,
        closings: 1,
        threads: 1,
      });
    },
    180_000,
  );
});
