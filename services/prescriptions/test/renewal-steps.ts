import type { Actor } from '@carethread/contracts/actor.ts';
import {
  PaymentCancelled,
  PaymentFailed,
  PaymentNeedsAttention,
  PaymentProcessing,
  PaymentRefunded,
  PaymentRefunding,
  PaymentSucceeded,
  PaymentUnknown,
} from '@carethread/contracts/events/payments.ts';
import { RenewalRequested } from '@carethread/contracts/events/renewals.ts';
import { TicketOpened } from '@carethread/contracts/events/tickets.ts';
import { newId, type PrescriptionId, type RenewalId, type TicketId } from '@carethread/contracts/ids.ts';
import { tellRenewal } from '../src/renewal/tell-renewal.ts';
import { directly } from './direct.ts';
import { fillWhole, lineInput, released, type Written } from './steps.ts';
import type { World } from './world.ts';

export const renewalFields = `id state money explanation version waitsUntil price { minor currency text } payment { id }
  medicines { text quantity } steps { number kind says reason } ticket { id } prescription { id status } decidedBy { id }`;

export interface Asked {
  id: RenewalId;
  ticketId: TicketId;
  version: number;
}

/** A prescription of which everything was handed over, and whose supply is used up by now. */
export async function usedUp(
  world: World,
  lines: object[] = [lineInput()],
  parties: Parameters<typeof released>[2] = {},
): Promise<Written> {
  const done = await released(world, lines, parties);
  await fillWhole(world, done.ticketId, await world.claim(done.ticketId));
  await world.move(done.ticketId, 'closed', { fence: 1 });
  world.clock.now = new Date(world.clock.now.getTime() + 10 * 86_400_000);
  return done;
}

export const ask = (
  world: World,
  prescriptionId: string,
  actor: Actor = world.patient,
  idempotencyKey = newId(),
) =>
  world.mutate(actor, 'requestRenewal', { prescriptionId, idempotencyKey }, `renewal { ${renewalFields} }`);

/** Asked for by the patient; its ticket is open, as tickets would say. */
export async function asked(world: World, source?: PrescriptionId): Promise<Asked> {
  const prescriptionId = source ?? (await usedUp(world)).prescriptionId;
  const { renewal, userErrors } = await ask(world, prescriptionId);
  if (!renewal) throw new Error(JSON.stringify(userErrors));
  const [requested] = (await world.emitted(RenewalRequested)).filter(
    ({ aggregateId }) => aggregateId === renewal.id,
  );
  const { ticketId, patientId, doctorId, clinicId } = requested!.data;
  world.known(ticketId, 'created', world.pharmacist.organisationId);
  await world.publish(TicketOpened, {
    aggregateId: ticketId,
    sequence: 1,
    data: {
      ticketId,
      patientId,
      doctorId,
      clinicId,
      pharmacyId: null,
      appointmentId: null,
      prescriptionId: null,
      number: 'TKT-20261120-7KQ3M',
      kind: 'prescription',
      status: 'created',
      version: 1,
      expiresAt: '2027-11-20T00:00:00Z',
    },
  });
  await world.drain();
  return { id: renewal.id, ticketId, version: renewal.version };
}

/** What payments tells of the money of this renewal, in the order in which it is told. */
export function money(world: World, { id, ticketId }: Asked) {
  const paymentId = newId<'Payment'>();
  let sequence = 1;
  const about = {
    paymentId,
    ticketId,
    payerId: world.patient.userId,
    subjectId: id,
    amountMinor: 1500,
    currency: 'USD',
  };
  const tell = async (definition: any, more: object = {}) => {
    sequence += 1;
    await world.publish(definition, { aggregateId: paymentId, sequence, data: { ...about, ...more } });
    await world.drain();
  };
  const back = (more: object) => ({
    refundId: newId(),
    refundMinor: 1500,
    reason: 'ticket_cancelled',
    ...more,
  });
  return {
    processing: () => tell(PaymentProcessing),
    unknown: () => tell(PaymentUnknown),
    succeeded: () => tell(PaymentSucceeded),
    failed: (cause = 'insufficient_funds') => tell(PaymentFailed, { cause, tries: 4 }),
    cancelled: (reason = 'patient_wish') => tell(PaymentCancelled, { reason }),
    refunding: (more: object = {}) => tell(PaymentRefunding, back(more)),
    refunded: (more: object = {}) => tell(PaymentRefunded, { ...back(more), whole: true, ...more }),
    attention: (kind = 'charge_unknown') =>
      tell(PaymentNeedsAttention, { taskId: newId(), kind, ownerId: world.doctor.userId }),
  };
}

export async function paid(world: World, source?: PrescriptionId): Promise<Asked> {
  const one = await asked(world, source);
  const tells = money(world, one);
  await tells.processing();
  await tells.succeeded();
  return { ...one, version: (await see(world, one.id)).version };
}

export const see = async (world: World, id: string, actor: Actor = world.patient) =>
  (await world.query(actor, `query ($id: ID!) { renewal(id: $id) { ${renewalFields} } }`, { id })).renewal;

export const approve = (world: World, actor: Actor, { id, version }: Asked) =>
  world.mutate(
    actor,
    'approveRenewal',
    { renewalId: id, expectedVersion: version },
    `renewal { ${renewalFields} }`,
  );

/** Approved, found clear, released; its document was made, and its ticket is sent. Answers the new prescription's id. */
export async function ready(world: World, actor: Actor, source?: PrescriptionId) {
  const one = await paid(world, source);
  const { renewal, userErrors } = await approve(world, actor, one);
  if (!renewal) throw new Error(JSON.stringify(userErrors));
  const prescriptionId: PrescriptionId = renewal.prescription?.id ?? (await issuedBy(world, one.id));
  await world.screen(prescriptionId);
  await world.move(one.ticketId, 'sent');
  const documentId = newId();
  await documentNews(world, { is: 'made', prescriptionId, documentId });
  return { ...one, prescriptionId, documentId, version: (await see(world, one.id)).version as number };
}

export async function issuedBy(world: World, renewalId: string): Promise<PrescriptionId> {
  const [row] = await world.sql<{ id: PrescriptionId }>(
    'SELECT prescription_id AS id FROM renewal WHERE id = $1',
    [renewalId],
  );
  return row!.id;
}

/** As the one who makes documents tells it, in a transaction of its own. */
export async function documentNews(world: World, news: Parameters<typeof tellRenewal>[1]): Promise<void> {
  const direct = directly(world, { poolSize: 1 });
  await direct.database.asWorker(async (tx) => tellRenewal(tx, news, world.clock.now));
  await direct.close();
  await world.drain();
}
