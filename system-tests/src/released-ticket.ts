import type { Client } from './client.ts';
import type { Stage } from './story/stage.ts';
import { eventually } from './story/expect.ts';

export interface ReleasedTicket {
  ticketId: string;
  number: string;
  accessCode: string | null;
  prescriptionId: string;
}

/** What a ticket is to be like; without it, one line written by hand. */
export interface Wanted {
  openToAnyPharmacy?: boolean;
  lines?: object[];
}

/** A line as a doctor may write it by hand. */
export const ointment = {
  text: 'By hand: zinc ointment',
  quantity: 1,
  quantityUnit: 'tube',
  instructions: 'Apply thinly.',
};

/** A ticket with one prescription, signed and released: `sent`, to the stage's pharmacy or open to any. */
export async function releasedTicket(
  { doctor, patientId, pharmacyId }: Pick<Stage, 'doctor' | 'patientId' | 'pharmacyId'>,
  { openToAnyPharmacy = false, lines = [ointment] }: Wanted = {},
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
  const { version } = (
    await doctor.change(
      'setPrescriptionLines',
      { prescriptionId: prescription.id, expectedVersion: prescription.version, lines },
      'prescription { version }',
    )
  )['prescription'];
  await doctor.change(
    'signPrescription',
    { prescriptionId: prescription.id, expectedVersion: version },
    'prescription { status }',
  );
  await answered(doctor, prescription.id);
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

/** The doctor answers whatever a check brings up, until the prescription is released and nothing is open. */
export async function answered(doctor: Client, prescriptionId: string): Promise<void> {
  const read = 'query P($id: ID!) { prescription(id: $id) { status safety version openItems } }';
  await eventually(async () => {
    const now = (await doctor.do(read, { id: prescriptionId }))['prescription'];
    const [findingKey] = now.openItems;
    if (findingKey)
      await doctor.tryChange(
        'overrideFinding',
        {
          prescriptionId,
          findingKey,
          expectedVersion: now.version,
          reason: 'CHECKED_BY_HAND',
          text: 'Checked by hand.',
        },
        'prescription { version }',
      );
    return now.status === 'RELEASED' && ['CLEAR', 'OVERRIDDEN'].includes(now.safety);
  }, 'everything is checked and answered');
}
