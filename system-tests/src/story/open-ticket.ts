import { expect } from './expect.ts';
import type { Stage } from './stage.ts';

export interface OpenTicket {
  ticketId: string;
  threadId: string;
  number: string;
}

/** The doctor chooses a pharmacy for an appointment; ticket and thread are there, and the two of them write. */
export async function openTicket(stage: Stage): Promise<OpenTicket> {
  const { doctor, patient, tell } = stage;
  const { patients } = await doctor.do('{ patients(first: 10) { edges { node { id displayName } } } }');
  const found = patients.edges.find(({ node }: { node: { id: string } }) => node.id === stage.patientId);
  expect(found, 'the doctor finds the patient among those of the clinic');
  tell(`The doctor finds ${found.node.displayName} among the patients of the clinic.`);

  const request = {
    idempotencyKey: crypto.randomUUID(),
    kind: 'PRESCRIPTION',
    patientId: stage.patientId,
    appointmentId: crypto.randomUUID(),
    pharmacyId: stage.pharmacyId,
  };
  const selection = 'ticket { id number status pharmacy { name } thread { id members { role } } }';
  const { ticket } = await doctor.change('openTicket', request, selection);
  expect(ticket.status === 'CREATED', 'a new ticket is created');
  expect(ticket.thread?.members.length === 3, 'the thread has three members at once');
  tell(
    `Choosing ${ticket.pharmacy.name} for the appointment opens ticket ${ticket.number}, with a thread of three.`,
  );

  const again = await doctor.change('openTicket', request, selection);
  expect(again['ticket'].id === ticket.id, 'the same request gets the same ticket');
  const other = { ...request, idempotencyKey: crypto.randomUUID() };
  const updated = await doctor.change('openTicket', other, selection);
  expect(updated['ticket'].id === ticket.id, 'the appointment has one prescription ticket');

  const threadId = ticket.thread.id as string;
  await say(
    stage,
    patient,
    threadId,
    'Good morning. My knee is swollen again, and I still take my blood thinner.',
  );
  await say(stage, doctor, threadId, 'Thank you. I will look for something that goes with it.');
  const { thread } = await patient.do('query T($id: ID!) { thread(id: $id) { unreadCount } }', {
    id: threadId,
  });
  expect(
    thread.unreadCount === 1,
    "the doctor's message is unread for the patient, the patient's own is not",
  );
  return { ticketId: ticket.id, threadId, number: ticket.number };
}

async function say({ tell }: Stage, who: Stage['patient'], threadId: string, body: string): Promise<void> {
  const input = { threadId, clientId: crypto.randomUUID(), body };
  const { message } = await who.change('sendMessage', input, 'message { number sentBy { displayName } }');
  tell(`${message.sentBy.displayName} (message ${message.number}): ${body}`);
}
