import { cells, type Entity, type Relation } from '@carethread/contracts/policy/matrix.ts';
import { describe, expect, it } from '@jest/globals';
import { Client, type Data, type Watch } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
const key = () => crypto.randomUUID();

/** Somebody else's token in a client of its own. */
const holding = (token: string, name: string) => {
  const client = new Client(own.platform.url, name);
  client.accessToken = token;
  return client;
};

async function givesDelegation(scopes: string[]) {
  const { patient, otherPatient } = own.stage;
  const endsAt = new Date(Date.now() + 86_400_000);
  const { offer } = await patient.change(
    'offerDelegation',
    { idempotencyKey: key(), relation: 'CARER', scopes, endsAt },
    'offer { accessCode }',
  );
  const { delegation } = await otherPatient.change(
    'redeemDelegation',
    { accessCode: offer.accessCode },
    'delegation { id version }',
  );
  const { token } = await otherPatient.change(
    'actAsProxy',
    { delegationId: delegation.id },
    'token { accessToken }',
  );
  return { delegation: delegation as Data, proxy: holding(token.accessToken, 'the proxy') };
}
const revoke = (delegation: Data) =>
  own.stage.patient.change(
    'revokeDelegation',
    { delegationId: delegation['id'], expectedVersion: delegation['version'] },
    'delegation { status }',
  );

async function decides(given: boolean, expectedVersion: number) {
  const { me } = await own.stage.otherDoctor.do('{ me { memberships { organisation { id } } } }');
  const organisationId = me.memberships[0].organisation.id;
  await own.stage.patient.change(
    'decideConsent',
    {
      idempotencyKey: key(),
      kind: 'SHARE_RECORD',
      organisationId,
      given,
      textVersion: '1',
      expectedVersion,
    },
    'consent { given }',
  );
}

/** The other clinic's doctor, with the token of an emergency access. */
interface InEmergency {
  access: Data;
  client: Client;
}
async function inEmergency(): Promise<InEmergency> {
  const { otherDoctor, patientId } = own.stage;
  const { confirmation } = await otherDoctor.change(
    'confirmIdentity',
    { password: 'carethread-demo' },
    'confirmation { accessToken }',
  );
  const { token } = await holding(confirmation.accessToken, 'the doctor').change(
    'openEmergencyAccess',
    { idempotencyKey: key(), patientId, reason: 'UNCONSCIOUS', text: 'Found unconscious at the station.' },
    'token { accessToken access { id version } }',
  );
  return { access: token.access as Data, client: holding(token.accessToken, 'the doctor in an emergency') };
}

/** With the holder's own token: the one of the access only reads. */
const endEmergency = ({ access }: InEmergency) =>
  own.stage.otherDoctor.change(
    'endEmergencyAccess',
    { accessId: access['id'], expectedVersion: access['version'] },
    'access { open }',
  );

interface Seen {
  ticketId: string;
  threadId: string;
  prescriptionId: string;
  createdId: string;
}
const doorsOf = ({
  ticketId,
  threadId,
  prescriptionId,
  createdId,
}: Seen): Partial<Record<Entity, string>> => ({
  'Ticket, created': `ticket(id: "${createdId}") { id }`,
  'Ticket, sent': `ticket(id: "${ticketId}") { id }`,
  'TimelineEntry, sent': `ticket(id: "${ticketId}") { timeline { edges { node { number } } } }`,
  Thread: `thread(id: "${threadId}") { id }`,
  Message: `thread(id: "${threadId}") { messages(first: 1) { edges { node { body } } } }`,
  'Prescription, released': `prescription(id: "${prescriptionId}") { id }`,
  PatientProfile: `patientProfile(patientId: "${own.stage.patientId}") { version }`,
  'User (the patient)': `user(id: "${own.stage.patientId}") { displayName }`,
});
const liveTicket = `subscription ($id: ID!) { ticketEvents(ticketId: $id, after: 0) {
  ... on TicketChanged { cursor entry { number } } ... on ResyncRequired { reason } } }`;

async function somethingToSee(): Promise<Seen> {
  const { doctor, patientId, pharmacyId } = own.stage;
  const { ticketId, prescriptionId } = await releasedTicket(own.stage);
  const { ticket } = await doctor.change(
    'openTicket',
    { idempotencyKey: key(), kind: 'REFERRAL', patientId, pharmacyId },
    'ticket { id }',
  );
  const { threadOfTicket } = await doctor.do(`{ threadOfTicket(ticketId: "${ticketId}") { id } }`);
  const threadId = threadOfTicket.id as string;
  const message = { threadId, clientId: key(), body: 'How are you?' };
  await doctor.change('sendMessage', message, 'message { id }');
  return { ticketId, threadId, prescriptionId, createdId: ticket.id };
}

async function sees(client: Client, question: string): Promise<boolean> {
  const { data } = await client.ask(`{ answer: ${question} }`);
  return (data?.['answer'] ?? null) !== null;
}

/** Each way in which this person sees other than the matrix says. */
async function surprises(client: Client, relation: Relation, seen: Seen): Promise<string[]> {
  const found: string[] = [];
  const questions = doorsOf(seen);
  for (const { relation: whose, entity, read } of cells()) {
    const question = questions[entity];
    if (whose !== relation || !question) continue;
    if ((await sees(client, question)) !== read) found.push(`${relation} by query: ${entity} ${read}`);
  }
  const live = cells().find((cell) => cell.relation === relation && cell.entity === 'Ticket, sent')!.read;
  const watch = client.watch(liveTicket, { id: seen.ticketId });
  const heard = await firstOf(watch);
  if (heard !== live) found.push(`${relation} live: ${live}, ${JSON.stringify(watch.ended)}`);
  watch.stop();
  return found;
}
const firstOf = (watch: Watch) =>
  eventually(async () => watch.seen.length > 0 || watch.ended !== null, 'an answer of the feed').then(
    () => watch.seen[0]?.['ticketEvents']?.cursor !== undefined,
  );

describe('the access matrix, asked of the platform (U-06)', () => {
  it('is what each person finds, by query and live', async () => {
    const { stage } = own;
    const seen = await somethingToSee();
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const { proxy } = await givesDelegation(['READ']);
    const former = await givesDelegation(['READ', 'WRITE']);
    await revoke(former.delegation);
    const emergency = await inEmergency();
    const found = await Promise.all([
      surprises(stage.patient, 'patient', seen),
      surprises(stage.otherPatient, 'otherPatient', seen).then((all) =>
        // Whoever acts for the patient knows their name, also as themselves.
        all.filter((line) => !line.includes('User (the patient)')),
      ),
      surprises(proxy, 'proxy', seen),
      surprises(stage.doctor, 'doctor', seen),
      surprises(stage.otherDoctor, 'otherDoctor', seen),
      surprises(stage.pharmacist, 'pharmacist', seen),
      surprises(stage.otherPharmacist, 'otherPharmacist', seen),
      surprises(admin, 'administrator', seen),
    ]);
    expect(found.flat()).toEqual([]);
    const ticket = doorsOf(seen)['Ticket, sent']!;
    await eventually(() => sees(emergency.client, ticket), 'the emergency access in tickets');
    await eventually(async () => !(await sees(former.proxy, ticket)), 'the end of the former proxy');
    expect(await surprises(emergency.client, 'emergencyDoctor', seen)).toEqual([]);
    expect(await surprises(former.proxy, 'formerProxy', seen)).toEqual([]);
    await decides(true, 0);
    await eventually(() => sees(stage.otherDoctor, ticket), 'the shared record in tickets');
    await eventually(
      () => sees(stage.otherDoctor, doorsOf(seen)['Prescription, released']!),
      'the shared record in prescriptions',
    );
    expect(await surprises(stage.otherDoctor, 'sharedDoctor', seen)).toEqual([]);
    await decides(false, 1);

    const { emergencyAccesses } = await stage.patient.do(
      '{ emergencyAccesses { edges { node { text open holder { displayName } } } } }',
    );
    expect(emergencyAccesses.edges[0].node).toMatchObject({
      open: true,
      text: 'Found unconscious at the station.',
    });
    await endEmergency(emergency);
    for (const client of [proxy, former.proxy, emergency.client, admin]) await client.close();
  });
});

describe('what a proxy does (T-15)', () => {
  it('is signed by the proxy, and only what the delegation allows', async () => {
    const seen = await somethingToSee();
    const { proxy } = await givesDelegation(['READ', 'WRITE']);
    const reader = await givesDelegation(['READ']);
    const message = () => ({ threadId: seen.threadId, clientId: key(), body: 'She feels better.' });
    const refused = await reader.proxy.ask(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }',
      { input: message() },
    );
    expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const sent = await proxy.change(
      'sendMessage',
      message(),
      'message { id sender { ... on User { id } } sentBy { id displayName } }',
    );
    expect(sent['message']).toMatchObject({
      sender: { id: own.stage.patientId },
      sentBy: { id: own.stage.otherPatientId },
    });
    const entry = await eventually(async () => {
      const { ticket } = await own.stage.doctor.do(
        `{ ticket(id: "${seen.ticketId}") { timeline(first: 100) { edges { node { subjectId actor { id } proxy { id displayName } } } } } }`,
      );
      return ticket.timeline.edges.find(({ node }: Data) => node.subjectId === sent['message'].id)
        ?.node as Data;
    }, 'the message on the timeline');
    expect(entry).toMatchObject({
      actor: { id: own.stage.patientId },
      proxy: { id: own.stage.otherPatientId, displayName: 'Tomás Rivera' },
    });
  });
});

describe('when somebody may no longer (edge case 14)', () => {
  it('every door of theirs closes by itself', async () => {
    const { patient, pharmacist, otherDoctor, otherPharmacyId, doctor } = own.stage;
    const seen = await somethingToSee();
    const ticket = doorsOf(seen)['Ticket, sent']!;
    const { delegation, proxy } = await givesDelegation(['READ']);
    await decides(true, 2);
    await eventually(() => sees(otherDoctor, ticket), 'the shared record');
    const emergency = await inEmergency();
    await eventually(() => sees(emergency.client, ticket), 'the emergency access');
    const guest = await Client.signIn(own.platform.url, 'doctor@demo.example');

    const everybody = { pharmacist, proxy, otherDoctor, emergency: emergency.client, guest };
    const watches = Object.entries(everybody).map(
      ([name, client]) => [name, client, client.watch(liveTicket, { id: seen.ticketId })] as const,
    );
    for (const [name, , watch] of watches) expect([name, await firstOf(watch)]).toEqual([name, true]);

    await revoke(delegation);
    await decides(false, 3);
    await doctor.change(
      'changePharmacy',
      {
        ticketId: seen.ticketId,
        pharmacyId: otherPharmacyId,
        expectedVersion: await versionOf(doctor, seen),
      },
      'ticket { id }',
    );
    await endEmergency(emergency);
    await guest.do('mutation { signOut { session { id } userErrors { code } } }');

    for (const [name, client, watch] of watches) {
      await eventually(async () => watch.ended !== null, `the end of the stream of ${name}`);
      await eventually(async () => !(await sees(client, ticket)), `the end of what ${name} sees`);
    }
    expect(await sees(patient, ticket)).toBe(true);
    for (const client of [proxy, emergency.client, guest]) await client.close();
  });
});

const versionOf = async (client: Client, { ticketId }: Seen): Promise<number> =>
  (await client.do(`{ ticket(id: "${ticketId}") { version } }`))['ticket'].version as number;
