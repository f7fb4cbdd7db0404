import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { TicketOpened, TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { demoActor, demoOrganisationId, demoUserId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const people = ['patient', 'patient2', 'doctor', 'doctor2', 'pharmacist', 'pharmacist2', 'admin'];
const staff = ['doctor', 'doctor2', 'pharmacist', 'pharmacist2', 'admin'];

const query = `query ($ids: [_Any!]!, $id: ID!) {
  _entities(representations: $ids) { ... on User { id displayName givenName familyName email } }
  user(id: $id) { id }
}`;

const notSignedIn = {
  data: null,
  errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })],
};

/** Whom of the demonstration this person sees, as logins, and whose address. Both ways of asking must agree. */
async function seenBy(actor: Actor | null) {
  const seen: string[] = [];
  const addresses: string[] = [];
  const ids = people.map((login) => ({ __typename: 'User', id: demoUserId(login) }));
  for (const [index, login] of people.entries()) {
    const { data, errors } = await identity.ask(actor, query, { ids, id: demoUserId(login) });
    if (actor === null) {
      expect({ data, errors }).toEqual(notSignedIn);
      continue;
    }
    expect(errors).toBeUndefined();
    const entity = data._entities[index];
    expect(data.user?.id).toBe(entity?.id);
    if (entity?.displayName) seen.push(login);
    if (entity?.email) addresses.push(login);
  }
  return { seen, addresses };
}

const pharmacyOf = (pharmacist: string | null) => (pharmacist ? demoActor(pharmacist).organisationId : null);

async function openTicket(pharmacist: string | null) {
  const ticketId = newId<'Ticket'>();
  const pharmacyId = pharmacyOf(pharmacist);
  await identity.publish(TicketOpened, {
    aggregateId: ticketId,
    sequence: 1,
    data: {
      ticketId,
      number: 'TKT-20261120-ABCDE',
      kind: 'prescription',
      status: 'created',
      version: 1,
      patientId: demoUserId('patient'),
      doctorId: demoUserId('doctor2'),
      clinicId: demoOrganisationId('hillside-clinic'),
      pharmacyId,
      appointmentId: null,
      prescriptionId: null,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    },
  });
  await identity.drain();
  return ticketId;
}
async function changePharmacy(ticketId: string, sequence: number, from: string | null, to: string | null) {
  await identity.publish(TicketPharmacyChanged, {
    aggregateId: ticketId,
    sequence,
    data: {
      ticketId: ticketId as never,
      version: sequence,
      from: pharmacyOf(from),
      to: pharmacyOf(to),
    },
  });
  await identity.drain();
}

describe('who sees whom', () => {
  it.each([
    ['nobody', null, [], []],
    ['patient', demoActor('patient'), ['patient', ...staff], ['patient']],
    ['patient2', demoActor('patient2'), ['patient2', ...staff], ['patient2']],
    ['doctor', demoActor('doctor'), ['patient', ...staff], ['doctor']],
    ['doctor2', demoActor('doctor2'), ['patient2', ...staff], ['doctor2']],
    ['pharmacist', demoActor('pharmacist'), staff, ['pharmacist']],
    ['admin', demoActor('admin'), people, people],
  ])('%s', async (_, actor, seen, addresses) => {
    expect(await seenBy(actor)).toEqual({ seen, addresses });
  });

  it('follows the ticket: its doctor, and its pharmacy while it is the pharmacy', async () => {
    const sees = async (login: string) => (await seenBy(demoActor(login))).seen.includes('patient');
    const ticketId = await openTicket('pharmacist');
    expect([await sees('doctor2'), await sees('pharmacist'), await sees('pharmacist2')]).toEqual([
      true,
      true,
      false,
    ]);
    await changePharmacy(ticketId, 2, 'pharmacist', 'pharmacist2');
    expect([await sees('doctor2'), await sees('pharmacist'), await sees('pharmacist2')]).toEqual([
      true,
      false,
      true,
    ]);
    await changePharmacy(ticketId, 3, 'pharmacist2', null);
    expect([await sees('doctor2'), await sees('pharmacist'), await sees('pharmacist2')]).toEqual([
      true,
      false,
      false,
    ]);
    await changePharmacy(ticketId, 4, null, 'pharmacist');
    expect(await sees('pharmacist')).toBe(true);

    const another = await openTicket('pharmacist');
    await changePharmacy(ticketId, 5, 'pharmacist', null);
    expect(await sees('pharmacist')).toBe(true);
    await changePharmacy(another, 2, 'pharmacist', null);
    expect(await sees('pharmacist')).toBe(false);
  });

  it('is the same for the whole pharmacy, and for nobody in another role there', async () => {
    const ticketId = await openTicket('pharmacist');
    const colleague: Actor = { ...demoActor('pharmacist'), userId: newId() };
    expect((await seenBy(colleague)).seen).toContain('patient');
    expect((await seenBy({ ...colleague, role: 'patient' })).seen).not.toContain('patient');
    await changePharmacy(ticketId, 2, 'pharmacist', null);
  });

  it('ends for the clinic with the registration', async () => {
    const sees = async () => (await seenBy(demoActor('doctor'))).seen.includes('patient');
    const setEnd = (at: Date | null) =>
      identity.sql(`UPDATE memberships SET ended_at = $2 WHERE user_id = $1`, [demoUserId('patient'), at]);
    await setEnd(new Date());
    expect(await sees()).toBe(false);
    await setEnd(null);
    expect(await sees()).toBe(true);
  });
});

describe('where somebody works, and whose patient they are', () => {
  const membershipsSeenBy = async (login: string, of: string) => {
    const { data } = await identity.ask(
      demoActor(login),
      'query ($id: ID!) { user(id: $id) { memberships { role organisation { name } user { id } } } }',
      {
        id: demoUserId(of),
      },
    );
    type Membership = { role: string; organisation: { name: string } };
    return data.user?.memberships.map((each: Membership) => `${each.role} ${each.organisation.name}`);
  };

  it('is known of staff, and of patients by their own clinic', async () => {
    expect(await membershipsSeenBy('patient', 'doctor2')).toEqual(['DOCTOR Hillside Clinic']);
    expect(await membershipsSeenBy('patient', 'patient')).toEqual(['PATIENT Harbour Clinic']);
    expect(await membershipsSeenBy('doctor', 'patient')).toEqual(['PATIENT Harbour Clinic']);
    expect(await membershipsSeenBy('admin', 'patient')).toEqual(['PATIENT Harbour Clinic']);
  });

  it('is not told to somebody who shares a ticket only', async () => {
    await openTicket('pharmacist2');
    expect(await membershipsSeenBy('pharmacist2', 'patient')).toEqual([]);
    expect(await membershipsSeenBy('pharmacist', 'patient')).toBeUndefined();
  });
});

describe('entities', () => {
  it('answer each reference, in order, null for what is not there', async () => {
    const references = ['doctor', 'patient2', 'doctor'].map((login) => ({
      __typename: 'User',
      id: demoUserId(login),
    }));
    const organisation = { __typename: 'Organisation', id: demoOrganisationId('pharmacy-1') };
    const { data, errors } = await identity.ask(
      demoActor('patient'),
      `query ($references: [_Any!]!) { _entities(representations: $references) {
         ... on User { displayName } ... on Organisation { name kind city timeZone jurisdiction } } }`,
      {
        references: [
          ...references,
          organisation,
          { __typename: 'User', id: newId() },
          { __typename: 'User', id: 'nonsense' },
          { __typename: 'Organisation', id: newId() },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect(data._entities).toEqual([
      { displayName: 'Dr Amina Okafor' },
      null,
      { displayName: 'Dr Amina Okafor' },
      {
        name: 'Quay Pharmacy',
        kind: 'PHARMACY',
        city: 'Portland',
        timeZone: 'America/Los_Angeles',
        jurisdiction: 'US-OR',
      },
      null,
      null,
      null,
    ]);
  });

  it('are nothing for nobody', async () => {
    const references = [
      { __typename: 'User', id: demoUserId('doctor') },
      { __typename: 'Organisation', id: demoOrganisationId('pharmacy-1') },
    ];
    const { data, errors } = await identity.ask(
      null,
      `query ($references: [_Any!]!) { _entities(representations: $references) { __typename } }`,
      {
        references,
      },
    );
    expect({ data, errors }).toEqual(notSignedIn);
  });
});
