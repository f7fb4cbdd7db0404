/**
 * `npm run bench:guard`: what authentication, policy and row security cost per request, beside the same request without
 * them. All variants take turns in one run, so that whatever else the machine does concerns each alike.
 */
import { readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { testStack, testStackVariable } from '@carethread/local-stack/test-stack.ts';
import { startThrowawayStack } from '@carethread/local-stack/throwaway-stack.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestGateway } from '@carethread/service-kit/testing/test-gateway.ts';
import { startTestService } from '@carethread/service-kit/testing/test-service.ts';
import { ticketsConfig } from '@carethread/tickets/config.ts';
import { createTicketsService } from '@carethread/tickets/service.ts';
import pg from 'pg';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 40);
/** Requests of one variant before the next has its turn. */
const turn = 25;

interface Variant {
  readonly name: string;
  readonly url: string;
  /** The token of each request of a turn. */
  readonly tokens: () => string[];
  readonly times: number[];
  cpuMs: number;
  databaseCpuMs: number;
}

const doctor = person('doctor');
const patient = person('patient', { organisationId: doctor.organisationId });
const { stack, dispose } = await startThrowawayStack(() => {});
process.env[testStackVariable] = JSON.stringify(stack);
try {
  await compare();
} finally {
  await dispose();
}

async function compare(): Promise<void> {
  const gateway = await startTestGateway();
  const claimKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const own = {
    GATEWAY_JWKS_URL: gateway.jwksUrl,
    CLAIM_SIGNING_KEY: claimKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const guarded = await startTestService(
    'tickets',
    new URL('../../services/tickets', import.meta.url).pathname,
    (env) => createTicketsService(readConfig(ticketsConfig, env)),
    own,
  );
  const superuser = new URL(testStack().adminUrl);
  superuser.pathname = new URL(guarded.env['DATABASE_URL']!).pathname;
  const open = createTicketsService(
    readConfig(ticketsConfig, { ...guarded.env, DATABASE_URL: superuser.href }),
  );
  await open.start();
  try {
    await registerOrganisation(guarded, doctor.organisationId, 'clinic');
    for (const actor of [doctor, patient]) await grantMembership(guarded, actor);
    await guarded.drain();
    const address = (port: number) => `http://127.0.0.1:${port}/graphql`;
    const token = (actor: Actor) => gateway.token(actor, 'tickets');
    const ticketId = await openTicket(address(guarded.service.port), token(doctor));
    const once = token(patient);
    const again = () => Array.from({ length: turn }, () => once);
    const anew = () => Array.from({ length: turn }, () => token(patient));
    const variants = [
      variant('without: past row security, token known', address(open.port), again),
      variant('row security and policy', address(guarded.service.port), again),
      variant('and a token it has not seen', address(guarded.service.port), anew),
    ];
    await measure(variants, ticketId, superuser.href);
    report(variants);
  } finally {
    await open.stop();
    await guarded.close();
    await gateway.close();
  }
}

const variant = (name: string, url: string, tokens: () => string[]): Variant => ({
  name,
  url,
  tokens,
  times: [],
  cpuMs: 0,
  databaseCpuMs: 0,
});

async function measure(variants: Variant[], ticketId: string, adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    for (let round = -3; round < rounds; round += 1)
      for (const each of variants) {
        const tokens = each.tokens();
        const [cpu, databaseCpu] = [process.cpuUsage(), await databaseCpuMs(admin)];
        const times: number[] = [];
        for (const token of tokens) {
          const start = performance.now();
          await readTicket(each.url, token, ticketId);
          times.push(performance.now() - start);
        }
        const { user, system } = process.cpuUsage(cpu);
        // The first rounds warm plans and connections.
        if (round < 0) continue;
        each.times.push(...times);
        each.cpuMs += (user + system) / 1000;
        each.databaseCpuMs += (await databaseCpuMs(admin)) - databaseCpu;
      }
  } finally {
    await admin.end();
  }
}

/** What the server's connections have used so far, by Linux's own count in hundredths of a second. */
async function databaseCpuMs(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  const ticks = rows.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) * 10;
}

async function ask(
  url: string,
  token: string,
  query: string,
  variables: object,
): Promise<Record<string, { id: string }>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data: Record<string, { id: string }>;
    errors?: unknown;
  };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function openTicket(url: string, token: string): Promise<string> {
  const mutation =
    'mutation($input: OpenTicketInput!) { opened: openTicket(input: $input) { ticket { id } userErrors { message } } }';
  const input = { idempotencyKey: newId(), kind: 'CONSULTATION', patientId: patient.userId };
  const { opened } = (await ask(url, token, mutation, { input })) as unknown as {
    opened: { ticket: { id: string } | null; userErrors: object[] };
  };
  if (!opened.ticket) throw new Error(JSON.stringify(opened.userErrors));
  return opened.ticket.id;
}

async function readTicket(url: string, token: string, id: string): Promise<void> {
  const query = 'query($id: ID!) { ticket(id: $id) { id number status version } }';
  const { ticket } = await ask(url, token, query, { id });
  if (ticket?.id !== id) throw new Error('The ticket was not seen.');
}

function report(variants: Variant[]): void {
  const median = (values: number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  const [without] = variants;
  console.log(
    `\n${rounds * turn} requests each, in turns of ${turn}: one ticket by its id, as its patient\n`,
  );
  console.log('| | median ms | beside | CPU ms (service and client) | beside | CPU ms (PostgreSQL) |');
  console.log('|---|---|---|---|---|---|');
  for (const { name, times, cpuMs, databaseCpuMs: databaseMs } of variants) {
    const count = times.length;
    const beside = (mine: number, other: number) => `×${(mine / other).toFixed(2)}`;
    console.log(
      `| ${name} | ${median(times).toFixed(2)} | ${beside(median(times), median(without!.times))} | ${(cpuMs / count).toFixed(2)} | ${beside(cpuMs, without!.cpuMs)} | ${(databaseMs / count).toFixed(2)} |`,
    );
  }
}
