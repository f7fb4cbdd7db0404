import { TicketOpened, TicketPharmacyChanged } from '@carethread/contracts/events/tickets.ts';
import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { grantMembership, registerOrganisation } from '@carethread/service-kit/testing/identity-events.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => void (world = await startWorld({}, { COPY_WAIT_MS: '400' })));
afterAll(() => world.close());

const input = (more: object = {}) => ({
  idempotencyKey: newId(),
  kind: 'PRESCRIPTION',
  patientId: world.patient.userId,
  pharmacyId: world.pharmacies[0]![0].organisationId,
  ...more,
});
const openedFor = async (id: string) =>
  (await world.tickets.emitted(TicketOpened)).filter(({ aggregateId }) => aggregateId === id);
const countTickets = async () =>
  (await world.tickets.sql('SELECT count(*)::int AS n FROM ticket'))[0]!['n'] as number;

describe('opening a ticket (T-01)', () => {
  it.each(['PRESCRIPTION', 'CONSULTATION', 'LAB_REQUEST', 'REFERRAL'])(
    'of kind %s yields one number and one event',
    async (kind) => {
      const ticket = await world.open({ kind, pharmacyId: null });
      expect(ticket).toMatchObject({ status: 'CREATED', version: 1, kind, claim: null, pharmacy: null });
      expect(ticket.number).toMatch(/^TKT-\d{8}-[2-9CDFGHJKMNPQRTVWXY]{5}$/);
      expect(await openedFor(ticket.id)).toMatchObject([
        { sequence: 1, data: { number: ticket.number, version: 1 } },
      ]);
    },
  );

  it('shows its parties to them', async () => {
    const { id } = await world.open();
    const query =
      'query ($id: ID!) { ticket(id: $id) { parties { principalId role } doctor { id } clinic { id } } }';
    const { data } = await world.tickets.ask(world.patient, query, { id });
    expect(data.ticket).toEqual({
      parties: [
        { principalId: world.patient.userId, role: 'PATIENT' },
        { principalId: world.doctor.userId, role: 'DOCTOR' },
        { principalId: world.pharmacies[0]![0].organisationId, role: 'PHARMACY' },
      ],
      doctor: { id: world.doctor.userId },
      clinic: { id: world.doctor.organisationId },
    });
  });

  it('answers the same request key with the same ticket, and refuses it for other content', async () => {
    const wish = input();
    const [first, again] = await Promise.all([1, 2].map(() => world.call(world.doctor, 'openTicket', wish)));
    expect(again!.ticket!.id).toBe(first!.ticket!.id);
    expect(await openedFor(first!.ticket!.id)).toHaveLength(1);
    const other = await world.call(world.doctor, 'openTicket', { ...wish, kind: 'REFERRAL' });
    expect(other).toMatchObject({ ticket: null, userErrors: [{ code: 'IDEMPOTENCY_MISMATCH' }] });
  });

  it('is for doctors', async () => {
    for (const actor of [world.patient, world.pharmacies[0]![0], world.administrator])
      expect((await world.call(actor, 'openTicket', input())).forbidden).toBe('FORBIDDEN');
  });

  it('reports every wrong value at once', async () => {
    const { userErrors } = await world.call(
      world.doctor,
      'openTicket',
      input({ patientId: 'x', idempotencyKey: 'y' }),
    );
    expect(userErrors.map(({ code, path }) => [code, path.at(-1)])).toEqual([
      ['INVALID', 'idempotencyKey'],
      ['INVALID', 'patientId'],
    ]);
  });

  it('gives a consultation no pharmacy', async () => {
    const { userErrors } = await world.call(world.doctor, 'openTicket', input({ kind: 'CONSULTATION' }));
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'pharmacyId'] }]);
  });
});

describe('people and pharmacies a ticket names', () => {
  it('are refused when the clinic or the platform does not know them, and nothing is written', async () => {
    const before = await countTickets();
    const stranger = person('patient');
    await grantMembership(world.tickets, stranger);
    await world.tickets.drain();
    for (const wrong of [
      { patientId: newId() },
      { patientId: stranger.userId },
      { patientId: world.doctor.userId },
      { pharmacyId: newId() },
      { pharmacyId: world.doctor.organisationId },
    ]) {
      const { userErrors } = await world.call(world.doctor, 'openTicket', input(wrong));
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', Object.keys(wrong)[0]] }]);
    }
    expect(await countTickets()).toBe(before);
  });

  it('are waited for a moment: their event may be on its way', async () => {
    const patient = person('patient', { organisationId: world.doctor.organisationId });
    const opening = world.call(world.doctor, 'openTicket', input({ patientId: patient.userId }));
    await grantMembership(world.tickets, patient);
    expect((await opening).ticket).toMatchObject({ status: 'CREATED' });
  });
});

describe('the ticket of an appointment (S-01)', () => {
  it('is one: choosing another pharmacy for the appointment changes it', async () => {
    const appointmentId = newId();
    const first = await world.open({ appointmentId });
    const same = await world.open({ appointmentId });
    expect(same).toMatchObject({ id: first.id, version: 1 });
    const pharmacyId = world.pharmacies[1]![0].organisationId;
    const changed = await world.open({ appointmentId, pharmacyId });
    expect(changed).toMatchObject({ id: first.id, version: 2, pharmacy: { id: pharmacyId } });
    const events = (await world.tickets.emitted(TicketPharmacyChanged)).filter(
      (event) => event.aggregateId === first.id,
    );
    expect(events).toMatchObject([{ sequence: 2, data: { to: pharmacyId } }]);
  });

  it('is one even when it is chosen many times at once', async () => {
    const appointmentId = newId();
    const all = await Promise.all(Array.from({ length: 20 }, () => world.open({ appointmentId })));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await openedFor(all[0]!.id)).toHaveLength(1);
  });

  it('is one of each kind', async () => {
    const appointmentId = newId();
    const [one, other] = [
      await world.open({ appointmentId }),
      await world.open({ appointmentId, kind: 'REFERRAL' }),
    ];
    expect(one.id).not.toBe(other.id);
  });

  it('cannot be changed this way once it was sent; after it was cancelled the appointment gets a new one', async () => {
    const appointmentId = newId();
    const wish = input({ appointmentId, kind: 'REFERRAL' });
    const { ticket } = await world.call(world.doctor, 'openTicket', wish);
    await world.call(world.doctor, 'sendTicket', { ticketId: ticket!.id, expectedVersion: 1 });
    const late = await world.call(world.doctor, 'openTicket', { ...wish, idempotencyKey: newId() });
    expect(late.userErrors).toMatchObject([
      { code: 'ILLEGAL_MOVE', currentStatus: 'SENT', currentVersion: 2 },
    ]);
    await world.call(world.doctor, 'cancelTicket', { ticketId: ticket!.id, reason: 'DUPLICATE' });
    const fresh = await world.call(world.doctor, 'openTicket', { ...wish, idempotencyKey: newId() });
    expect(fresh.ticket).toMatchObject({ status: 'CREATED' });
    expect(fresh.ticket!.id).not.toBe(ticket!.id);
  });

  it('belongs to its doctor and patient: others are told nothing about it', async () => {
    const appointmentId = newId();
    await world.open({ appointmentId });
    const colleague = await world.call(world.otherDoctor, 'openTicket', input({ appointmentId }));
    expect(colleague).toMatchObject({
      ticket: null,
      userErrors: [{ code: 'INVALID', path: ['input', 'appointmentId'] }],
    });
    const wrongPatient = input({ appointmentId, patientId: world.otherPatient.userId });
    expect((await world.call(world.doctor, 'openTicket', wrongPatient)).userErrors).toMatchObject([
      { code: 'INVALID' },
    ]);
  });
});

describe('the number (T-02, T-03)', () => {
  it('has the date of the clinic’s own time zone, which is kept with the ticket', async () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Etc/GMT+12', 'Mars/Olympus']) {
      const clinic = newId() as OrganisationId;
      const [doctor, patient] = [
        person('doctor', { organisationId: clinic }),
        person('patient', { organisationId: clinic }),
      ];
      await registerOrganisation(world.tickets, clinic, 'clinic', timeZone);
      await grantMembership(world.tickets, patient);
      await world.tickets.drain();
      const { ticket } = await world.call(
        doctor,
        'openTicket',
        input({ patientId: patient.userId, pharmacyId: null }),
      );
      const [row] = await world.tickets.sql('SELECT time_zone, opened_at FROM ticket WHERE id = $1', [
        ticket!.id,
      ]);
      const zone = timeZone === 'Mars/Olympus' ? 'UTC' : timeZone;
      expect(row!['time_zone']).toBe(zone);
      const day = new Intl.DateTimeFormat('sv', { timeZone: zone })
        .format(row!['opened_at'])
        .replaceAll('-', '');
      expect(ticket!.number.slice(4, 12)).toBe(day);
    }
  });

  it('finds the ticket however it is written, for those it belongs to', async () => {
    const { id, number } = await world.open();
    const find = async (actor: typeof world.doctor, written: string) =>
      (
        await world.tickets.ask(actor, 'query ($n: String!) { ticketByNumber(number: $n) { id } }', {
          n: written,
        })
      ).data.ticketByNumber;
    expect(await find(world.patient, ` ${number.toLowerCase().replaceAll('-', ' ')} `)).toEqual({ id });
    expect(await find(world.doctor, number.replaceAll('-', ''))).toEqual({ id });
    // Not yours, not there, and nonsense look alike.
    expect(await find(world.otherPatient, number)).toBeNull();
    expect(await find(world.doctor, 'TKT-20200101-CCCCC')).toBeNull();
    expect(await find(world.doctor, "' OR 1=1")).toBeNull();
  });
});

describe('numbers that collide', () => {
  it('are drawn again until they are unique; when none is left, the refusal says so and nothing is written', async () => {
    const [narrow, full] = await Promise.all(
      ['CD', 'C'].map((numberAlphabet) => startWorld({ rules: { numberAlphabet } })),
    );
    try {
      const sixteenOf32 = await Promise.all(Array.from({ length: 16 }, () => narrow!.open()));
      expect(new Set(sixteenOf32.map(({ number }) => number)).size).toBe(16);
      const only = await full!.open();
      const wish = { idempotencyKey: newId(), kind: 'REFERRAL', patientId: full!.patient.userId };
      const refused = await full!.call(full!.doctor, 'openTicket', wish);
      expect(refused).toMatchObject({ ticket: null, userErrors: [{ code: 'UNAVAILABLE' }] });
      expect(await full!.tickets.sql('SELECT id FROM ticket')).toEqual([{ id: only.id }]);
      expect(await full!.tickets.emitted(TicketOpened)).toHaveLength(1);
    } finally {
      await Promise.all([narrow!.close(), full!.close()]);
    }
  });
});
