import { newId } from '@carethread/contracts/ids.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { actingAs } from '@carethread/service-kit/actor-context.ts';
import { readConfig } from '@carethread/service-kit/config.ts';
import { type Database, openDatabase } from '@carethread/service-kit/database.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { countRoundTrips, type RoundTripCounter } from '@carethread/service-kit/testing/round-trips.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cancelTicket } from '../src/cancel-ticket/cancel-ticket.ts';
import { changePharmacy } from '../src/change-pharmacy/change-pharmacy.ts';
import { claimTicketByNumber } from '../src/claim-ticket-by-number/claim-ticket-by-number.ts';
import { claimTicket } from '../src/claim-ticket/claim-ticket.ts';
import { claimTokens } from '../src/claim-token.ts';
import { claimFrom } from '../src/claiming.ts';
import { ticketsConfig } from '../src/config.ts';
import type { Foundation } from '../src/foundation.ts';
import { PrismaClient } from '../src/generated/prisma/client.ts';
import { listTickets } from '../src/list-tickets/list-tickets.ts';
import { openTicket } from '../src/open-ticket/open-ticket.ts';
import { returnTicket } from '../src/return-ticket/return-ticket.ts';
import { rulesFrom } from '../src/rules.ts';
import { sendTicket } from '../src/send-ticket/send-ticket.ts';
import { startPreparing } from '../src/start-preparing/start-preparing.ts';
import { signingKey, startWorld, type World } from './world.ts';

/** How often each command waits for the database, with the constraint that decides and the event it writes included. */
let world: World;
let counter: RoundTripCounter;
let database: Database;
let foundation: Foundation;
beforeAll(async () => {
  world = await startWorld();
  const { env } = world.tickets;
  counter = await countRoundTrips(env['DATABASE_URL']!);
  const ends = { workerUrl: env['WORKER_DATABASE_URL']!, onWake: () => {}, onError: () => {} };
  database = openDatabase({ appUrl: counter.url, poolSize: 1, ...ends });
  const config = readConfig(ticketsConfig, env);
  const prisma = new PrismaClient({ adapter: database.prisma });
  foundation = {
    database,
    prisma,
    tokens: claimTokens(signingKey),
    rules: rulesFrom(config),
    now: world.now,
  };
  // Connections are made by the first use; they are not what is counted.
  await database.asActor(null, (tx) => tx.query('SELECT 1'));
  await actingAs(world.patient, async () => await prisma.ticket.findFirst());
});
afterAll(async () => {
  await database.close();
  await counter.close();
  await world.close();
});

const caller = (actor: Actor) => ({ actor, requestId: 'request', traceparent: null });

/** Runs the command with the counter on; it must not be refused. */
async function trips<Result>(
  work: () => Promise<Result>,
): Promise<{ trips: number; result: Exclude<Result, Refusal> }> {
  let running: Promise<Result> | undefined;
  const count = await counter.during(() => (running = work()));
  const result = await running!;
  if (result instanceof Refusal) throw new Error(JSON.stringify(result.userErrors));
  return { trips: count, result: result as Exclude<Result, Refusal> };
}

describe('round trips to the database', () => {
  it('are two for every command, and one for a list', async () => {
    const [pharmacist] = world.pharmacies[0]!;
    const [other] = world.pharmacies[1]!;
    const doctor = caller(world.doctor);
    const pharmacyId = pharmacist.organisationId;
    const open = { kind: 'REFERRAL', patientId: world.patient.userId, pharmacyId };
    const counted: Record<string, number> = {};
    const count = async <Result>(name: string, work: () => Promise<Result>) => {
      const { trips: n, result } = await trips(work);
      counted[name] = n;
      return result;
    };

    const wish = { ...open, idempotencyKey: newId(), appointmentId: newId() };
    const { ticketId } = await count('openTicket', () => openTicket(foundation, doctor, wish));
    await count('sendTicket', () => sendTicket(foundation, doctor, { ticketId, expectedVersion: 1 }));
    const { given } = await count('claimTicket', () =>
      claimTicket(foundation, caller(pharmacist), { ticketId, idempotencyKey: newId() }),
    );
    const claimToken = foundation.tokens.sign(ticketId, claimFrom(given));
    const under = { ticketId, claimToken };
    await count('startPreparing', () =>
      startPreparing(foundation, caller(pharmacist), { ...under, expectedVersion: 3 }),
    );
    await count('returnTicket', () =>
      returnTicket(foundation, caller(pharmacist), { ...under, expectedVersion: 4, reason: 'OTHER' }),
    );
    const any = { ticketId, expectedVersion: 5, openToAnyPharmacy: true };
    const opened = await count('changePharmacy', () =>
      changePharmacy(foundation, caller(world.patient), any),
    );
    const { accessCode } = (await world.see(world.patient, ticketId))!;
    await count('claimTicketByNumber', () =>
      claimTicketByNumber(foundation, caller(other), {
        number: opened.number,
        accessCode,
        idempotencyKey: newId(),
      }),
    );
    await count('cancelTicket', () =>
      cancelTicket(foundation, doctor, { ticketId: ticketId, reason: 'OTHER' }),
    );
    await count('a page of tickets', () =>
      actingAs(
        world.patient,
        async () => await listTickets(foundation.prisma, world.patient, { page: { first: 20, after: null } }),
      ),
    );
    expect(counted).toEqual({
      openTicket: 2,
      sendTicket: 2,
      claimTicket: 2,
      startPreparing: 2,
      returnTicket: 2,
      changePharmacy: 2,
      claimTicketByNumber: 2,
      cancelTicket: 2,
      'a page of tickets': 1,
    });
  });
});
