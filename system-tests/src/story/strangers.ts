import { expect } from './expect.ts';
import type { OpenTicket } from './open-ticket.ts';
import type { Stage } from './stage.ts';

const questions = (ids: {
  ticketId: string;
  threadId: string;
  prescriptionId: string;
  patientId: string;
  number: string;
}) => [
  `{ answer: ticket(id: "${ids.ticketId}") { id number } }`,
  `{ answer: ticketByNumber(number: "${ids.number}") { id } }`,
  `{ answer: thread(id: "${ids.threadId}") { id lastNumber } }`,
  `{ answer: threadOfTicket(ticketId: "${ids.ticketId}") { id } }`,
  `{ answer: prescription(id: "${ids.prescriptionId}") { id status } }`,
  `{ answer: patientProfile(patientId: "${ids.patientId}") { __typename } }`,
  `{ answer: user(id: "${ids.patientId}") { displayName } }`,
];
const lists = [
  '{ myTickets(first: 100) { edges { node { id } } } }',
  '{ pharmacyTickets(first: 100) { edges { node { id } } } }',
  '{ inbox { threads(first: 100) { edges { node { id } } } } }',
  '{ myPrescriptions(first: 100) { edges { node { id } } } }',
];

/** Another patient, another doctor and another pharmacy see nothing of it, by any query. */
export async function strangersSeeNothing(
  stage: Stage,
  open: OpenTicket,
  prescriptionId: string,
): Promise<void> {
  const ids = { ...open, prescriptionId, patientId: stage.patientId };
  for (const stranger of [stage.otherPatient, stage.otherDoctor, stage.otherPharmacist]) {
    for (const question of questions(ids)) {
      const { data } = await stranger.ask(question);
      expect(data === null || data['answer'] === null, `${stranger.email} gets nothing for ${question}`);
    }
    for (const list of lists) {
      const answer = JSON.stringify((await stranger.ask(list)).data ?? null);
      for (const id of Object.values(ids))
        expect(!answer.includes(id), `${stranger.email} finds nothing in ${list}`);
    }
    const sent = await stranger.tryChange(
      'sendMessage',
      { threadId: open.threadId, clientId: crypto.randomUUID(), body: 'Hello?' },
      'message { id }',
    );
    expect(sent['userErrors'][0]?.code === 'NOT_FOUND', `${stranger.email} cannot write into the thread`);
  }
  stage.tell('Another patient, another doctor and another pharmacy see nothing of it, by any query.');
}
