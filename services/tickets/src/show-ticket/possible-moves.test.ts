import { newId, type OrganisationId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { describe, expect, it } from '@jest/globals';
import { freshTicket } from '../decisions/open.ts';
import { evolve, type State, type Ticket } from '../ticket.ts';
import { possibleMoves } from './possible-moves.ts';

const now = new Date('2026-11-20T10:00:00Z');
const [patient, doctor, pharmacist, administrator] = [
  person('patient'),
  person('doctor'),
  person('pharmacist'),
  person('administrator'),
];
const colleague = person('pharmacist', { organisationId: pharmacist.organisationId });
const claim = {
  fence: 1,
  pharmacyId: pharmacist.organisationId,
  userId: pharmacist.userId,
  leaseUntil: new Date('2026-11-21T10:00:00Z'),
};

const ticketIn = (state: State, more: Partial<Ticket> = {}): Ticket => ({
  ...evolve(
    freshTicket(
      {
        id: newId<'Ticket'>(),
        number: 'TKT-20261120-CCCCC',
        timeZone: 'UTC',
        kind: 'referral',
        patientId: patient.userId,
        doctorId: doctor.userId,
        clinicId: newId() as OrganisationId,
        pharmacyId: pharmacist.organisationId,
        anyPharmacy: false,
        appointmentId: null,
        prescriptionId: null,
        openedAt: now,
        expiresAt: new Date('2026-12-20T10:00:00Z'),
      },
      'created',
    ),
    { type: 'opened' },
  ),
  state,
  ...more,
});
const can = (ticket: Ticket, actor: Parameters<typeof possibleMoves>[1], at = now) =>
  possibleMoves(ticket, actor, at).map(({ mutation }) => mutation);

describe('what somebody can do with a ticket now', () => {
  it.each([
    ['created', patient, ['changePharmacy', 'cancelTicket']],
    ['created', doctor, ['changePharmacy', 'sendTicket', 'cancelTicket']],
    ['sent', pharmacist, ['claimTicket']],
    ['sent', patient, ['changePharmacy', 'cancelTicket']],
    ['closed', doctor, []],
    ['sent', administrator, []],
  ] as const)('in %s', (status, actor, mutations) =>
    expect(can(ticketIn({ status }), actor)).toEqual(mutations),
  );

  it('under a claim: the work is the holder’s, a colleague may take over', () => {
    const held = ticketIn({ status: 'received', claim });
    expect(can(held, pharmacist)).toEqual(['renewClaim', 'startPreparing', 'returnTicket', 'declineTicket']);
    expect(can(held, colleague)).toEqual(['claimTicket']);
    expect(can(held, patient)).toEqual(['cancelTicket']);
  });

  it('of a prescription: what follows from its lines is nobody’s to say', () => {
    const held = ticketIn({ status: 'preparing', claim }, { kind: 'prescription' });
    expect(can(held, pharmacist)).toEqual(['renewClaim', 'returnTicket']);
  });

  it('past its validity: not claimed any more', () => {
    expect(can(ticketIn({ status: 'sent' }), pharmacist, new Date('2026-12-20T10:00:00Z'))).toEqual([]);
  });
});
