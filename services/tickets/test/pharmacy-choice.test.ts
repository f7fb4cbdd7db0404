import { newId } from '@carethread/contracts/ids.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claimed, released } from './on-the-way.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const change = (actor: World['patient'], ticketId: string, expectedVersion: number, choice: object) =>
  world.call(actor, 'changePharmacy', { ticketId, expectedVersion, ...choice });

describe('choosing another pharmacy (T-14)', () => {
  it('takes access from the former pharmacy at once, by every way in', async () => {
    const { id, number } = await released(world);
    const [[former], [next]] = [world.pharmacies[0]!, world.pharmacies[1]!];
    expect(await world.see(former, id)).not.toBeNull();
    const changed = await change(world.patient, id, 2, { pharmacyId: next.organisationId });
    expect(changed.ticket).toMatchObject({ version: 3, pharmacy: { id: next.organisationId } });
    const doors = `query ($id: ID!, $number: String!, $refs: [_Any!]!) {
      ticket(id: $id) { id } ticketByNumber(number: $number) { id }
      pharmacyTickets { edges { node { id } } }
      _entities(representations: $refs) { ... on Ticket { number } ... on TimelineEntry { kind } } }`;
    const refs = [
      { __typename: 'Ticket', id },
      { __typename: 'TimelineEntry', id: `${id}:1` },
    ];
    const tried = await world.tickets.ask(former, doors, { id, number, refs });
    expect(tried.data).toEqual({
      ticket: null,
      ticketByNumber: null,
      pharmacyTickets: { edges: [] },
      _entities: [null, null],
    });
    const claim = { ticketId: id, idempotencyKey: newId() };
    expect((await world.call(former, 'claimTicket', claim)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
    expect((await world.call(next, 'claimTicket', claim)).claim).toMatchObject({ fence: 1 });
  });

  it('is over when a pharmacy holds the ticket', async () => {
    const { id } = await claimed(world);
    const answer = await change(world.patient, id, 3, { pharmacyId: world.pharmacies[1]![0].organisationId });
    expect(answer.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE', currentStatus: 'RECEIVED' }]);
  });

  it('needs the version that was read, a pharmacy that exists, and one choice', async () => {
    const { id } = await released(world);
    const pharmacyId = world.pharmacies[1]![0].organisationId;
    const codes = await Promise.all([
      change(world.patient, id, 1, { pharmacyId }),
      change(world.patient, id, 2, { pharmacyId: newId() }),
      change(world.patient, id, 2, {}),
      change(world.patient, id, 2, { pharmacyId, openToAnyPharmacy: true }),
      change(world.otherPatient, id, 2, { pharmacyId }),
    ]);
    expect(codes.map(({ userErrors }) => userErrors[0]!.code)).toEqual([
      'CONFLICT',
      'NOT_FOUND',
      'INVALID',
      'INVALID',
      'NOT_FOUND',
    ]);
    expect((await world.see(world.patient, id))!.version).toBe(2);
  });

  it('once more the same is no change', async () => {
    const { id } = await released(world);
    const pharmacyId = world.pharmacies[0]![0].organisationId;
    expect((await change(world.doctor, id, 2, { pharmacyId })).ticket).toMatchObject({ version: 2 });
  });
});

describe('opening a ticket to any pharmacy', () => {
  it('gives patient and doctor an access code, and a new one after each choice', async () => {
    const { id } = await released(world);
    const opened = await change(world.patient, id, 2, { openToAnyPharmacy: true });
    const code = opened.ticket!.accessCode!;
    expect(Buffer.from(code, 'base64url')).toHaveLength(16);
    expect(opened.ticket).toMatchObject({ pharmacy: null, openToAnyPharmacy: true });
    expect((await world.see(world.doctor, id))!.accessCode).toBe(code);
    const chosen = await change(world.patient, id, 3, { pharmacyId: world.pharmacies[1]![0].organisationId });
    expect(chosen.ticket).toMatchObject({ accessCode: null, openToAnyPharmacy: false });
    const again = await change(world.patient, id, 4, { openToAnyPharmacy: true });
    expect(again.ticket!.accessCode).not.toBe(code);
    const old = { number: opened.ticket!.number, accessCode: code, idempotencyKey: newId() };
    expect((await world.call(world.pharmacies[2]![0], 'claimTicketByNumber', old)).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });
});
