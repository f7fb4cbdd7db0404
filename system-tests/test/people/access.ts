import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { cells, type Entity, type Relation } from '@carethread/contracts/policy/matrix.ts';
import { describe, expect, it } from '@jest/globals';
import { Client, type Data, type Watch } from '../../src/client.ts';
import { entitiesFor, type Reference } from '../../src/inner-door.ts';
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
  draftId: string;
  messageId: string;
  paymentId: string;
}
const doorsOf = ({
  ticketId,
  threadId,
  prescriptionId,
  createdId,
  draftId,
  paymentId,
}: Seen): Partial<Record<Entity, string>> => ({
  'Ticket, created': `ticket(id: "${createdId}") { id }`,
  'Ticket, sent': `ticket(id: "${ticketId}") { id }`,
  'TimelineEntry, sent': `ticket(id: "${ticketId}") { timeline { edges { node { number } } } }`,
  Thread: `thread(id: "${threadId}") { id }`,
  Message: `thread(id: "${threadId}") { messages(first: 1) { edges { node { body } } } }`,
  'Prescription, draft': `prescription(id: "${draftId}") { id }`,
  'Prescription, released': `prescription(id: "${prescriptionId}") { id }`,
  PatientProfile: `patientProfile(patientId: "${own.stage.patientId}") { version }`,
  Payment: `payment(id: "${paymentId}") { id }`,
  'User (the patient)': `user(id: "${own.stage.patientId}") { displayName }`,
});
/** By reference, as other services would lead to it. */
const referencesTo = (seen: Seen): Partial<Record<ServiceName, Partial<Record<Entity, Reference>>>> => ({
  tickets: {
    'Ticket, created': { __typename: 'Ticket', id: seen.createdId },
    'Ticket, sent': { __typename: 'Ticket', id: seen.ticketId },
    'TimelineEntry, sent': { __typename: 'TimelineEntry', id: `${seen.ticketId}:1` },
  },
  messaging: {
    Thread: { __typename: 'Thread', id: seen.threadId },
    Message: { __typename: 'Message', id: seen.messageId },
  },
  prescriptions: {
    'Prescription, draft': { __typename: 'Prescription', id: seen.draftId },
    'Prescription, released': { __typename: 'Prescription', id: seen.prescriptionId },
  },
  payments: { Payment: { __typename: 'Payment', id: seen.paymentId } },
  identity: { 'User (the patient)': { __typename: 'User', id: own.stage.patientId } },
});
/** The main command of each, based on a version that never was: whoever may gets as far as that, and nothing changes. */
const never = 2_000_000;
const commandsOn = (seen: Seen): Partial<Record<Entity, [name: string, input: object]>> => {
  const cancel = { reason: 'PATIENT_WISH', expectedVersion: never };
  return {
    'Ticket, created': ['cancelTicket', { ticketId: seen.createdId, ...cancel }],
    'Ticket, sent': ['cancelTicket', { ticketId: seen.ticketId, ...cancel }],
    Message: ['sendMessage', { threadId: seen.threadId, clientId: key(), body: 'How are you?' }],
    'Prescription, draft': ['discardDraft', { prescriptionId: seen.draftId, expectedVersion: never }],
    'Prescription, released': [
      'cancelPrescription',
      { prescriptionId: seen.prescriptionId, reason: 'WRONG_DRUG', expectedVersion: never },
    ],
    PatientProfile: [
      'updatePatientFacts',
      { patientId: own.stage.patientId, expectedVersion: never, sex: 'FEMALE' },
    ],
    Payment: ['cancelPayment', { paymentId: seen.paymentId, ...cancel }],
  };
};
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
  const text = { threadId, clientId: key(), body: 'How are you?' };
  const { message } = await doctor.change('sendMessage', text, 'message { id }');
  const { ticket: other } = await doctor.change(
    'openTicket',
    { idempotencyKey: key(), kind: 'PRESCRIPTION', patientId, pharmacyId },
    'ticket { id }',
  );
  const { prescription } = await doctor.change(
    'draftPrescription',
    { ticketId: other.id, idempotencyKey: key() },
    'prescription { id }',
  );
  const amount = { minor: 1200, currency: 'EUR' };
  const { payment } = await doctor.change(
    'requestPayment',
    { idempotencyKey: key(), ticketId, amount, purpose: 'CONSULTATION' },
    'payment { id }',
  );
  return {
    ticketId,
    threadId,
    prescriptionId,
    createdId: ticket.id,
    messageId: message.id,
    draftId: prescription.id,
    paymentId: payment.id,
  };
}

async function sees(client: Client, question: string): Promise<boolean> {
  const { data } = await client.ask(`{ answer: ${question} }`);
  return (data?.['answer'] ?? null) !== null;
}

/** All questions in one operation, each under a name of its own: which of them have an answer. */
async function answersTo(client: Client, questions: Record<string, string>): Promise<Map<string, boolean>> {
  const entries = Object.entries(questions);
  const { data } = await client.ask(
    `{ ${entries.map(([, question], at) => `a${at}: ${question}`).join(' ')} }`,
  );
  return new Map(entries.map(([entity], at) => [entity, (data?.[`a${at}`] ?? null) !== null]));
}

/** One request to each service. The gateway refuses a token that has ended before it asks anybody. */
async function referencesFor(client: Client, seen: Seen): Promise<Map<string, boolean>> {
  const ended = (await client.ask('{ __typename }')).errors !== undefined;
  const answers = await Promise.all(
    Object.entries(referencesTo(seen)).map(async ([service, references]) => {
      const list = Object.values(references);
      const known = ended
        ? list.map(() => null)
        : await entitiesFor(own.platform, client, service as ServiceName, list);
      return Object.keys(references).map((entity, at) => [entity, known[at] !== null] as const);
    }),
  );
  return new Map(answers.flat());
}

/** Which commands get past role and policy; each alone, because a role that does not fit refuses the whole operation. */
async function commandsBy(client: Client, seen: Seen): Promise<Map<string, boolean>> {
  const answers = Object.entries(commandsOn(seen)).map(async ([entity, [name, input]]) => {
    const withOutcome = name === 'cancelTicket' || name === 'cancelPrescription';
    const { data, errors } = await client.ask(
      `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) {
         answer: ${name}(input: $input) { ${withOutcome ? 'outcome' : ''} userErrors { code } } }`,
      { input },
    );
    const shut = ['FORBIDDEN', 'UNAUTHENTICATED'];
    const wrong = errors?.find(({ extensions }) => !shut.includes(extensions?.code ?? ''));
    if (wrong) throw new Error(`${name}: ${JSON.stringify(wrong)}`);
    const answer = data?.['answer'] as { outcome?: string; userErrors: { code: string }[] } | undefined;
    const said = [answer?.outcome, ...(answer?.userErrors.map(({ code }) => code) ?? [])];
    return [
      entity,
      Boolean(answer) && !said.some((code) => code === 'NOT_FOUND' || code === 'NOT_ALLOWED'),
    ] as const;
  });
  return new Map(await Promise.all(answers));
}

/** Each way in which this person sees other than the matrix says. */
async function surprises(client: Client, relation: Relation, seen: Seen): Promise<string[]> {
  const found: string[] = [];
  const row = cells().filter((cell) => cell.relation === relation);
  const says = (entity: string) => row.find((cell) => cell.entity === entity)!;
  for (const [entity, answered] of await answersTo(client, doorsOf(seen)))
    if (answered !== says(entity).read) found.push(`${relation} by query: ${entity} ${answered}`);
  for (const [entity, answered] of await referencesFor(client, seen))
    if (answered !== says(entity).read) found.push(`${relation} by reference: ${entity} ${answered}`);
  for (const [entity, answered] of await commandsBy(client, seen))
    if (answered !== says(entity).command) found.push(`${relation} changing: ${entity} ${answered}`);
  const live = says('Ticket, sent').read;
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
  it('is what each person finds, by query, by reference, live and changing', async () => {
    const { stage } = own;
    const seen = await somethingToSee();
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const { proxy } = await givesDelegation(['READ', 'WRITE']);
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
    const byProxy = {
      actor: { id: own.stage.patientId },
      proxy: { id: own.stage.otherPatientId, displayName: 'Tomás Rivera' },
    };
    expect(entry).toMatchObject(byProxy);

    // What other services tell of, too: here that money is being taken.
    const { payment } = await proxy.do(`{ payment(id: "${seen.paymentId}") { version } }`);
    await proxy.change(
      'startPayment',
      {
        idempotencyKey: key(),
        paymentId: seen.paymentId,
        expectedVersion: payment.version,
        paymentMethod: 'pm_card_visa',
      },
      'payment { status }',
    );
    const paid = await eventually(async () => {
      const { ticket } = await own.stage.doctor.do(
        `{ ticket(id: "${seen.ticketId}") { timeline(first: 100) { edges { node { noted subjectId actor { id } proxy { id displayName } } } } } }`,
      );
      return ticket.timeline.edges.find(
        ({ node }: Data) =>
          node.subjectId === seen.paymentId && node.noted === 'payments.payment.processing.v1',
      )?.node as Data;
    }, 'the payment on the timeline');
    expect(paid).toMatchObject(byProxy);
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
