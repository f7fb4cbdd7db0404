/**
 * What the audit of reads costs: `node bench/src/audit-cost.ts [--rounds 40] [--reads 50]`. The same tickets service
 * twice in one process, each on a database of its own with the same tickets: one with the audit of reads, one whose
 * types are left out of it. Rounds alternate between the two, so that a noisy machine is noisy for both. Times are those
 * of the service itself, without the gateway, which makes the ratio the worst there is.
 */
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { newId } from '@carethread/contracts/ids.ts';
import { testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import { ticketsConfig } from '@carethread/tickets/config.ts';
import { audited } from '@carethread/tickets/graphql/audited.ts';
import { createTicketsService } from '@carethread/tickets/service.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, reads: { type: 'string', default: '50' } },
});
const [rounds, reads] = [Number(values.rounds), Number(values.reads)];
const doctor = person('doctor');
const patient = person('patient', { organisationId: doctor.organisationId });
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const folder = fileURLToPath(new URL('../../services/tickets', import.meta.url));

const { stack, dispose } = await startThrowawayStack(() => {});
process.env[testStackVariable] = JSON.stringify(stack);
try {
  const withAudit = await startTickets();
  const { types } = audited;
  audited.types = {};
  const without = await startTickets();
  audited.types = types;
  for (const [name, concurrency, query] of [
    ['one ticket', 1, ({ ticketId }: Side) => `{ ticket(id: "${ticketId}") { number status version } }`],
    [
      'one ticket, ten at once',
      10,
      ({ ticketId }: Side) => `{ ticket(id: "${ticketId}") { number status version } }`,
    ],
    ['a page of twenty', 1, () => '{ myTickets(first: 20) { edges { node { number status version } } } }'],
  ] as const) {
    await compare(name, concurrency, [withAudit, without], query);
  }
  await Promise.all([withAudit.service.close(), without.service.close()]);
} finally {
  await dispose();
}

interface Side {
  service: TestService;
  ticketId: string;
}

async function startTickets(): Promise<Side> {
  const service = await startTestService(
    'tickets',
    folder,
    (env) => createTicketsService(readConfig(ticketsConfig, env)),
    { CLAIM_SIGNING_KEY: key.toString() },
  );
  await registerOrganisation(service, doctor.organisationId, 'clinic');
  for (const actor of [doctor, patient]) await grantMembership(service, actor);
  await service.drain();
  let ticketId = '';
  for (let n = 0; n < 20; n++) {
    const input = { idempotencyKey: newId(), kind: 'CONSULTATION', patientId: patient.userId };
    const { openTicket } = await service.query(doctor, mutationText('openTicket', 'ticket { id }'), {
      input,
    });
    ticketId = openTicket.ticket.id;
  }
  return { service, ticketId };
}

async function compare(
  name: string,
  concurrency: number,
  sides: [Side, Side],
  query: (side: Side) => string,
): Promise<void> {
  const times: [number[], number[]] = [[], []];
  const cpu = [0, 0];
  const [audit] = sides;
  const rowsBefore = await rowsOf(audit);
  for (let round = -2; round < rounds; round++)
    for (const n of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const before = process.cpuUsage();
      const taken = await readMany(sides[n], concurrency, query(sides[n]));
      const { user, system } = process.cpuUsage(before);
      // The first rounds warm up.
      if (round < 0) continue;
      times[n].push(...taken);
      cpu[n]! += user + system;
    }
  const rows = await rowsOf(audit);
  const [one, other] = times.map(median) as [number, number];
  const [cpuOne, cpuOther] = cpu.map((micros) => micros / times[0].length) as [number, number];
  console.log(
    `${name}: ${one.toFixed(2)} ms with the audit, ${other.toFixed(2)} ms without (p50, ratio ${(one / other).toFixed(3)}); ` +
      `CPU of service and client ${cpuOne.toFixed(0)} and ${cpuOther.toFixed(0)} µs a read ` +
      `(ratio ${(cpuOne / cpuOther).toFixed(3)}); ${((rows.n - rowsBefore.n) / ((rounds + 2) * reads)).toFixed(2)} rows a read, ` +
      `${((rows.bytes - rowsBefore.bytes) / Math.max(1, rows.n - rowsBefore.n)).toFixed(0)} bytes a row with its indexes`,
  );
}

/** Times of that many reads in milliseconds. */
async function readMany({ service }: Side, concurrency: number, query: string): Promise<number[]> {
  const times: number[] = [];
  const reader = async () => {
    while (times.length < reads) {
      const began = performance.now();
      const at = times.push(0) - 1;
      await service.query(doctor, query);
      times[at] = performance.now() - began;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, reader));
  return times;
}

async function rowsOf({ service }: Side): Promise<{ n: number; bytes: number }> {
  const [row] = await service.sql<{ n: number; bytes: number }>(
    `SELECT count(*)::int AS n, pg_total_relation_size('audit.access')::int AS bytes FROM audit.access`,
  );
  return row!;
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
