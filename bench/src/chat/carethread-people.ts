import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { amqpBroker } from '@carethread/bus/amqp-link.ts';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { openPool } from '@carethread/bus/worker-pool.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { EventDefinition } from '@carethread/contracts/define-event.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mintAccessToken } from '@carethread/identity/tokens/access-token.ts';
import { sealingKeys } from '@carethread/identity/tokens/sealed.ts';
import { signingKeys } from '@carethread/identity/tokens/signing-keys.ts';
import type { Platform } from '@carethread/local-stack/platform.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { Client } from '@carethread/system-tests/client.ts';
import { eventually } from '@carethread/system-tests/story/expect.ts';
import type { CarethreadChat } from './carethread-chat.ts';
import type { Room } from './rooms.ts';

/**
 * A ticket with its thread for each room: patient and doctor, and where there are three, a pharmacist of a pharmacy of
 * their own. The people are told of as identity would tell, and have tokens of its key: signing in a few hundred is not
 * what is measured. Tokens last ten minutes: take `tokens()` when they are needed.
 */
export async function seatPeople(platform: Platform, rooms: readonly Room[]) {
  const clinicId = newId<'Organisation'>();
  const people: Actor[] = [];
  for (const [patient, doctor, pharmacist] of rooms) {
    people[patient!] = person('patient', { organisationId: clinicId });
    people[doctor!] = person('doctor', { organisationId: clinicId });
    if (pharmacist !== undefined) people[pharmacist] = person('pharmacist');
  }
  await tellOf(platform, clinicId, people);
  const tokens = () => mintTokens(platform, people);
  const threadIds: string[] = [];
  const issued = await tokens();
  const queue = [...rooms.entries()];
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [room, [patient, doctor, pharmacist]] = next;
      const client = new Client(platform.url);
      client.accessToken = issued[doctor!]!;
      const wish = {
        idempotencyKey: newId(),
        kind: pharmacist === undefined ? 'CONSULTATION' : 'PRESCRIPTION',
        patientId: people[patient!]!.userId,
        ...(pharmacist !== undefined && { pharmacyId: people[pharmacist]!.organisationId }),
      };
      // The same wish again where the platform was too busy to answer.
      const open = () => client.change('openTicket', wish, 'ticket { id thread { id } }');
      const { ticket } = await eventually(() => open().catch(() => false as const), 'a ticket', 60_000);
      threadIds[room] = ticket.thread.id;
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
  return {
    chat: async (): Promise<CarethreadChat> => ({
      kind: 'carethread',
      url: platform.url,
      tokens: await tokens(),
      threadIds,
    }),
  };
}

/** As identity's relay would. */
async function tellOf(
  platform: Platform,
  clinicId: Actor['organisationId'],
  people: readonly Actor[],
): Promise<void> {
  const link = await amqpBroker(platform.adminAmqpUrl, 'bench', 'identity').connect();
  const publisher = await link.publisher();
  const hearing = {
    async publish<Data>(
      definition: EventDefinition<string, Data>,
      { aggregateId, sequence, data }: { aggregateId: string; sequence: number; data: Data },
    ): Promise<string> {
      const id = newId<'Event'>();
      const headers = { aggregate: aggregateId, sequence, occurredAt: new Date().toISOString() };
      const message = { id, type: definition.type, headers, body: JSON.stringify(data) };
      await publisher(message, definition.type, true);
      return id;
    },
  };
  await registerOrganisation(hearing, clinicId, 'clinic');
  for (const { role, organisationId } of people)
    if (role === 'pharmacist') await registerOrganisation(hearing, organisationId, 'pharmacy');
  for (const actor of people) await grantMembership(hearing, actor);
  await link.close();
}

async function mintTokens(platform: Platform, people: readonly Actor[]): Promise<string[]> {
  const secrets = JSON.parse(await readFile(join(platform.dataDir, 'secrets.json'), 'utf8'));
  const pool = openPool(platform.databaseUrl('identity', 'worker'), 1);
  try {
    const now = new Date();
    const ring = signingKeys(
      { asWorker: (work) => inTransaction(pool, work) },
      sealingKeys(Buffer.from(secrets.keyEncryptionKey, 'base64')),
      () => now,
    );
    const { current: key } = await ring();
    return people.map((actor) => mintAccessToken(actor, { key, issuer: 'carethread', now }).accessToken);
  } finally {
    await pool.end();
  }
}
