/**
 * Two people on one ticket: `npm start` in one terminal, `npm run example -w packages/client` in another.
 * Each sees the other write. The patient writes while the network is away; the message waits, arrives once, and is answered.
 */
import { CarethreadClient, Conversation } from '../src/carethread.ts';

const url = process.env['CARETHREAD_URL'] ?? 'http://localhost:4000/graphql';
const password = process.env['CARETHREAD_PASSWORD'] ?? 'carethread-demo';

let online = true;
const patient = new CarethreadClient({
  url,
  fetch: (...request) => (online ? fetch(...request) : Promise.reject(new TypeError('offline'))),
});
const doctor = new CarethreadClient({ url });
const { userId: patientId } = await patient.session.signIn({ email: 'patient@demo.example', password });
await doctor.session.signIn({ email: 'doctor@demo.example', password });

const { ticket } = await doctor.change<{ ticket: { id: string } }>(
  `mutation Open($input: OpenTicketInput!) {
    openTicket(input: $input) { ticket { id } userErrors { code message path } }
  }`,
  { idempotencyKey: crypto.randomUUID(), kind: 'CONSULTATION', patientId },
);
console.log('ticket', ticket.id);

const mine = await openSoon(patient, ticket.id);
const theirs = await openSoon(doctor, ticket.id);
let shown = 0;
theirs.state.subscribe(() => {
  const last = theirs.state.get().messages.at(-1);
  if (!last || last.number <= shown) return;
  shown = last.number;
  console.log('doctor sees', last.number, last.body);
});

// Each sees that the other is there, and when they write.
await until(() => mine.state.get().presence?.members.length === 1);
theirs.typing();
await until(() => mine.state.get().presence?.members[0]?.typing === true);
const writer = mine.state.get().members.find(({ role }) => role === 'DOCTOR')?.participant?.name;
console.log('patient sees', writer, 'writing …');
theirs.typing(false);

online = false;
const written = await mine.send({ body: 'My new tablets make me dizzy.' });
console.log('patient is offline; waiting to be sent:', mine.state.get().pending.length);
online = true;
console.log('patient is back; it is message', (await patient.sendQueue.sent(written.clientId)).number);

const answer = await theirs.send({ body: 'Please stop taking them. I will call you at noon.' });
await doctor.sendQueue.sent(answer.clientId);
await until(() => mine.state.get().messages.some(({ body }) => body.includes('noon')));
await mine.markRead();
console.log('patient has read it; unread now:', mine.state.get().thread?.unreadCount);
for (const each of [mine, theirs, patient, doctor]) each.close();

/** A ticket's thread comes by an event, a moment after the ticket. */
async function openSoon(client: CarethreadClient, ticketId: string): Promise<Conversation> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await Conversation.open(client, { ticketId });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
