import { inTransaction } from '@carethread/bus/transaction.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import type pg from 'pg';
import type { Origin } from '../asking.ts';
import { firstMembership } from '../membership.ts';
import { saveGranted } from '../membership-store.ts';
import { insertOrganisation } from '../organisation-store.ts';
import { hashPassword } from '../password.ts';
import { insertNewUser, userExists } from '../user-store.ts';
import { demoData, demoPassword, type DemoOrganisation, type DemoPerson } from './demo-people.ts';

const namespace = '3f0b6b7e-6a0e-4c1c-8a77-2f0e5d1a9c42';
export const demoOrganisationId = (key: string) =>
  derivedId<'Organisation'>(namespace, `organisation ${key}`);
export const demoUserId = (login: string) => derivedId<'User'>(namespace, `user ${login}`);
export const demoMembershipId = (login: string) => derivedId<'Membership'>(namespace, `membership ${login}`);

const nobody: Origin = { actorId: null, correlationId: null, traceparent: null };

/**
 * Writes what is missing of the demonstration, with its events. Safe to repeat. `owner` is a pool of the role that owns
 * the database: the roles of the running service may not make people out of nothing.
 */
export async function seedDemo(owner: pg.Pool, pharmacies: number, now: Date): Promise<{ people: number }> {
  const { organisations, people } = demoData(pharmacies);
  await inTransaction(owner, async (tx) => {
    for (const organisation of organisations) await seedOrganisation(tx, organisation);
  });
  let added = 0;
  for (const person of people)
    if (await inTransaction(owner, (tx) => seedPerson(tx, person, now))) added += 1;
  return { people: added };
}

const seedOrganisation = (tx: Tx, { key, ...organisation }: DemoOrganisation) =>
  insertOrganisation(tx, { id: demoOrganisationId(key), ...organisation }, nobody);

async function seedPerson(tx: Tx, person: DemoPerson, now: Date): Promise<boolean> {
  const userId = demoUserId(person.login);
  if (await userExists(tx, userId)) return false;
  const { displayName, givenName, familyName, role, licenceNumber } = person;
  const email = `${person.login}@demo.example`;
  const passwordHash = await hashPassword(demoPassword);
  if (!(await insertNewUser(tx, { id: userId, email, passwordHash, displayName, givenName, familyName })))
    throw new Error(`Somebody else has the address ${email}.`);
  const membership = firstMembership(
    {
      id: demoMembershipId(person.login),
      userId,
      organisationId: demoOrganisationId(person.at),
      role,
      licenceNumber,
      extraPermissions: [],
    },
    now,
  );
  await saveGranted(tx, membership, nobody);
  return true;
}
