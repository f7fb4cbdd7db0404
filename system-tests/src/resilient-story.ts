import type { Client, Data } from './client.ts';
import { setStage } from './story/stage.ts';
import { eventually } from './story/expect.ts';

export interface StoryEnd {
  status: string;
  timelineHasNoGap: boolean;
  /** Dispenses on record. */
  handedOver: number;
  /** Timeline entries that closed the ticket. */
  closings: number;
  threads: number;
}

/** Something bad that happens in the middle of a step: `ready` before it, `strike` when the request is on its way. */
export interface Disturbance {
  ready(): Promise<void>;
  strike(): Promise<void>;
}

/**
 * A short story told by clients that never give up: each step repeats the same request (same keys) until it is
 * answered, while every step is disturbed.
 */
export async function resilientStory(url: string, disturbance: Disturbance): Promise<StoryEnd> {
  await disturbance.ready();
  const stage = await persist(() => setStage(url, () => {}));
  const { doctor, patient, pharmacist } = stage;
  const step = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await disturbance.ready();
    const first = settled(work);
    await disturbance.strike();
    return (await first) ?? persist(work);
  };

  const openKey = crypto.randomUUID();
  const { ticket } = await step(() =>
    doctor.change(
      'openTicket',
      {
        idempotencyKey: openKey,
        kind: 'PRESCRIPTION',
        patientId: stage.patientId,
        pharmacyId: stage.pharmacyId,
      },
      'ticket { id }',
    ),
  );
  const ticketId = ticket.id as string;
  const clientId = crypto.randomUUID();
  await step(() =>
    patient.change('sendMessage', { ticketId, clientId, body: 'Is it coming?' }, 'message { id }'),
  );
  const draftKey = crypto.randomUUID();
  const { prescription } = await step(() =>
    doctor.change('draftPrescription', { ticketId, idempotencyKey: draftKey }, 'prescription { id version }'),
  );
  const read = async () =>
    (
      await doctor.do(
        'query P($id: ID!) { prescription(id: $id) { id status version openItems lines { id } } }',
        { id: prescription.id },
      )
    )['prescription'] as Data;
  await step(() => advance(doctor, read));

  const claimKey = crypto.randomUUID();
  const { claim } = await step(() =>
    pharmacist.change('claimTicket', { idempotencyKey: claimKey, ticketId }, 'claim { token }'),
  );
  for (const quantity of [7, 3]) {
    const key = crypto.randomUUID();
    await step(() => handOver(pharmacist, ticketId, claim.token, quantity, key));
  }
  const end = await eventually(() => persist(() => endOf(patient, ticketId)), 'the ticket is closed', 60_000);
  await stage.close();
  return end;
}

const settled = <Result>(work: () => Promise<Result>) => work().catch(() => undefined);

async function persist<Result>(work: () => Promise<Result>): Promise<Result> {
  let failure: unknown;
  const done = await eventually(
    async () => {
      try {
        return { result: await work() };
      } catch (error) {
        failure = error;
        return null;
      }
    },
    'the step succeeds in the end',
    45_000,
  ).catch(() => {
    throw failure;
  });
  return done.result;
}

/** Brings the prescription one state further each time, until it is released: line, signature, answers. */
async function advance(doctor: Client, read: () => Promise<Data>): Promise<void> {
  const now = await read();
  const base = { prescriptionId: now['id'], expectedVersion: now['version'] };
  if (now['status'] === 'RELEASED') return;
  if (now['status'] === 'DRAFT' && now['lines'].length === 0) {
    const line = { text: 'By hand: zinc capsules', quantity: 10, quantityUnit: 'capsule' };
    await doctor.change('setPrescriptionLines', { ...base, lines: [line] }, 'prescription { id }');
  } else if (now['status'] === 'DRAFT') {
    await doctor.change('signPrescription', base, 'prescription { id }');
  } else if (now['openItems'][0]) {
    const answer = { findingKey: now['openItems'][0], reason: 'CHECKED_BY_HAND', text: 'Checked by hand.' };
    await doctor.change('overrideFinding', { ...base, ...answer }, 'prescription { id }');
  }
  throw new Error(`not released yet, but ${now['status']}`);
}

/** Prepares and hands over so much of the one line, once: `key` tells a repeat. */
async function handOver(
  pharmacist: Client,
  ticketId: string,
  claimToken: string,
  quantity: number,
  key: string,
) {
  const { ticket } = await pharmacist.do(
    `query F($id: ID!) { ticket(id: $id) { fill { version lines { line { id } } preparations { id quantity } } } }`,
    { id: ticketId },
  );
  const { fill } = ticket;
  const give = (preparationId: string) =>
    pharmacist.change(
      'handOver',
      { ticketId, claimToken, idempotencyKey: key, items: [{ preparationId, quantity }] },
      'dispense { id }',
    );
  const ready =
    remembered.get(key) ?? fill.preparations.find((each: Data) => each['quantity'] === quantity)?.id;
  if (ready) {
    remembered.set(key, ready);
    return give(ready);
  }
  const lots = [{ quantity, lot: `L-${quantity}`, expiresOn: '2029-12-31' }];
  await pharmacist.change(
    'prepareLines',
    { ticketId, claimToken, expectedVersion: fill.version, lines: [{ lineId: fill.lines[0].line.id, lots }] },
    'fill { id }',
  );
  throw new Error('prepared, not yet handed over');
}
/** What was asked for under a key: a repeat must be the same request. */
const remembered = new Map<string, string>();

async function endOf(patient: Client, ticketId: string): Promise<StoryEnd | null> {
  const { ticket, inbox } = await patient.do(
    `query T($id: ID!) { ticket(id: $id) { id status prescription { dispenses { id } }
       timeline(first: 100) { edges { node { number to } } } }
       inbox { threads(first: 100) { edges { node { ticket { id } } } } } }`,
    { id: ticketId },
  );
  if (ticket.status !== 'CLOSED') return null;
  const entries = ticket.timeline.edges.map(({ node }: { node: { number: number; to: string } }) => node);
  return {
    status: ticket.status,
    timelineHasNoGap: entries.every(({ number }: { number: number }, index: number) => number === index + 1),
    handedOver: ticket.prescription.dispenses.length,
    closings: entries.filter(({ to }: { to: string }) => to === 'CLOSED').length,
    threads: inbox.threads.edges.filter(({ node }: { node: Data }) => node['ticket']?.id === ticketId).length,
  };
}
