import type { Stage } from './story/stage.ts';
import { eventually } from './story/expect.ts';

export interface ReleasedTicket {
  ticketId: string;
  number: string;
  accessCode: string | null;
  prescriptionId: string;
}

/** A ticket with one simple prescription, signed and released: `sent`, to the stage's pharmacy or open to any. */
export async function releasedTicket(
  { doctor, patientId, pharmacyId }: Pick<Stage, 'doctor' | 'patientId' | 'pharmacyId'>,
  openToAnyPharmacy = false,
): Promise<ReleasedTicket> {
  const { ticket } = await doctor.change(
    'openTicket',
    {
      idempotencyKey: crypto.randomUUID(),
      kind: 'PRESCRIPTION',
      patientId,
      ...(openToAnyPharmacy ? { openToAnyPharmacy } : { pharmacyId }),
    },
    'ticket { id number accessCode }',
  );
  const { prescription } = await doctor.change(
    'draftPrescription',
    { ticketId: ticket.id, idempotencyKey: crypto.randomUUID() },
    'prescription { id version }',
  );
  const line = {
    text: 'By hand: zinc ointment',
    quantity: 1,
    quantityUnit: 'tube',
    instructions: 'Apply thinly.',
  };
  let { version } = (
    await doctor.change(
      'setPrescriptionLines',
      { prescriptionId: prescription.id, expectedVersion: prescription.version, lines: [line] },
      'prescription { version }',
    )
  )['prescription'];
  await doctor.change(
    'signPrescription',
    { prescriptionId: prescription.id, expectedVersion: version },
    'prescription { status }',
  );
  await eventually(async () => {
    const read = 'query P($id: ID!) { prescription(id: $id) { status version openItems } }';
    const now = (await doctor.do(read, { id: prescription.id }))['prescription'];
    ({ version } = now);
    const [findingKey] = now.openItems;
    if (findingKey) {
      const answer = { prescriptionId: prescription.id, findingKey, expectedVersion: version };
      await doctor.tryChange(
        'overrideFinding',
        { ...answer, reason: 'CHECKED_BY_HAND', text: 'Checked by hand.' },
        'prescription { version }',
      );
    }
    return now.status === 'RELEASED';
  }, 'the prescription is released');
  await eventually(async () => {
    const read = 'query T($id: ID!) { ticket(id: $id) { status } }';
    return (await doctor.do(read, { id: ticket.id }))['ticket'].status === 'SENT';
  }, 'the ticket is sent');
  return {
    ticketId: ticket.id,
    number: ticket.number,
    accessCode: ticket.accessCode,
    prescriptionId: prescription.id,
  };
}
