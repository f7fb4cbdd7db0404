import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type Data } from '../../src/client.ts';
import { answered } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { chaosOfRenewals, impatient } from '../../src/renewals/chaos.ts';
import { usedUp } from '../../src/used-up.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
const key = () => ({ idempotencyKey: crypto.randomUUID() });
const fields = `id version state money explanation ticket { id status } payment { id status version attempts { status } }
  steps { kind says } prescription { id status document { id } }`;
const read = `query ($id: ID!) { renewal(id: $id) { ${fields} } }`;
const patience = 90_000;

let admin: Client;
beforeAll(async () => {
  admin = await Client.signIn(own.platform.url, 'admin@demo.example');
  // The time of retries and questions is the platform's; a test does not have it.
  await own.platform.processes.payments.restart(impatient);
  await own.platform.processes.payments.untilReady();
});
afterAll(() => admin?.close());

const see = async (id: string, client = own.stage.patient): Promise<Data> =>
  (await client.do(read, { id }))['renewal'];
const until = (id: string, holds: (renewal: Data) => boolean, what: string) =>
  eventually(
    async () => {
      const renewal = await see(id);
      return holds(renewal) && renewal;
    },
    what,
    patience,
  );

/** The patient asks, and pays with this. Everything that happens on the ticket comes to the open socket. */
async function askAndPay(prescriptionId: string, paymentMethod: string) {
  const { patient } = own.stage;
  const { renewal } = await patient.change(
    'requestRenewal',
    { prescriptionId, ...key() },
    'renewal { id ticket { id } }',
  );
  const opened = await until(
    renewal.id,
    ({ ticket, payment }) => ticket?.status && payment?.version,
    'it is there',
  );
  const live = patient.watch(
    `subscription ($id: ID!) { ticketEvents(ticketId: $id, after: 0) {
      ... on TicketChanged { entry { number noted toStatus: to } } } }`,
    { id: renewal.ticket.id },
  );
  const pay = {
    ...key(),
    paymentId: opened['payment'].id,
    expectedVersion: opened['payment'].version,
    paymentMethod,
  };
  await patient.change('startPayment', pay, 'payment { status }');
  return { id: renewal.id as string, ticketId: renewal.ticket.id as string, live };
}

async function approve(id: string): Promise<Data> {
  const { version } = await see(id, admin);
  const two = await Promise.all(
    [1, 2].map(() =>
      admin.tryChange('approveRenewal', { renewalId: id, expectedVersion: version }, 'renewal { id }'),
    ),
  );
  expect(two.filter(({ renewal }) => renewal !== null)).toHaveLength(1);
  const { prescription } = await until(
    id,
    (renewal) => renewal['prescription'],
    'there is a new prescription',
  );
  await answered(own.stage.doctor, prescription.id);
  return prescription;
}

describe('a renewal, from the patient’s request to the document (S-19, R-08)', () => {
  it('is refused for a while, paid, approved once, downloaded; each step comes live, and the ticket closes', async () => {
    const { patient } = own.stage;
    const source = await usedUp(own.stage);
    const { id, live } = await askAndPay(source, 'pm_flaky_soft_decline_then_success');
    const paid = await until(id, ({ state }) => state === 'AWAITING_APPROVAL', 'it is paid');
    expect(paid['payment'].attempts.map(({ status }: Data) => status)).toEqual(['DECLINED', 'SUCCEEDED']);
    await approve(id);
    const ready = await until(id, ({ state }) => state === 'READY', 'the document is there');
    const { link } = await patient.change(
      'createDocumentLink',
      { documentId: ready['prescription'].document.id, ...key() },
      'link { url }',
    );
    const file = await fetch(link.url);
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    await file.arrayBuffer();
    const over = await until(id, ({ state }) => state === 'CLOSED', 'it is closed');
    expect(over).toMatchObject({ money: 'TAKEN', ticket: { status: 'CLOSED' } });
    expect(over['steps'].map(({ kind }: Data) => kind)).toEqual([
      'PENDING_PAYMENT',
      'PROCESSING',
      'AWAITING_APPROVAL',
      'APPROVED',
      'READY',
      'DOWNLOADED',
      'CLOSED',
    ]);
    const noted = [
      'payments.payment.requested.v1',
      'payments.payment.processing.v1',
      'payments.payment.succeeded.v1',
      'prescriptions.renewal.awaiting_approval.v1',
      'prescriptions.renewal.approved.v1',
      'prescriptions.document.made.v1',
      'prescriptions.renewal.ready.v1',
    ];
    for (const type of noted)
      await live.until(({ ticketEvents }) => ticketEvents.entry?.noted === type, `${type}, live`, patience);
    await live.until(
      ({ ticketEvents }) => ticketEvents.entry?.toStatus === 'CLOSED',
      'the end, live',
      patience,
    );
    live.stop();
  }, 600_000);

  it('says when nobody knows whether the money was taken, and takes it once', async () => {
    const source = await usedUp(own.stage, 'metformin 500 mg tablet');
    const { id, live } = await askAndPay(source, 'pm_flaky_timeout_after_success');
    await live.until(
      ({ ticketEvents }) => ticketEvents.entry?.noted === 'payments.payment.unknown.v1',
      'not known, live',
      patience,
    );
    const paid = await until(id, ({ state }) => state === 'AWAITING_APPROVAL', 'it was taken after all');
    expect(paid['payment'].attempts).toHaveLength(1);
    const unknown = paid['steps'].find(({ kind }: Data) => kind === 'UNKNOWN');
    expect(unknown.says).toContain('charge nothing again until we know');
    const { version } = await see(id, admin);
    await admin.change(
      'declineRenewal',
      { renewalId: id, expectedVersion: version, reason: 'SEE_THE_DOCTOR' },
      'renewal { state }',
    );
    const over = await until(id, ({ money }) => money === 'BACK', 'the money went back');
    expect(over).toMatchObject({
      state: 'DECLINED',
      ticket: { status: 'CANCELLED' },
      payment: { status: 'REFUNDED' },
    });
    live.stop();
  }, 600_000);

  it('cancelled while the money moves: it goes back by itself, each leg on the timeline (P-09, T-10)', async () => {
    const source = await usedUp(own.stage, 'omeprazole 20 mg capsule');
    const { id, ticketId, live } = await askAndPay(source, 'pm_flaky_processing');
    const cancelled = await own.stage.patient.change(
      'cancelTicket',
      { ticketId, reason: 'PATIENT_WISH' },
      'outcome',
    );
    expect(cancelled['outcome']).toBe('CANCELLED');
    const over = await until(
      id,
      ({ money }) => ['BACK', 'NEVER_TAKEN'].includes(money),
      'the money is settled',
    );
    expect(over['state']).toBe('CANCELLED');
    const end = over['money'] === 'BACK' ? 'refunded' : 'cancelled';
    for (const type of [`payments.payment.${end}.v1`, 'prescriptions.renewal.ended.v1'])
      await live.until(({ ticketEvents }) => ticketEvents.entry?.noted === type, `${type}, live`, patience);
    live.stop();
    const span = { from: new Date(Date.now() - 3_600_000), until: new Date(Date.now() + 3_600_000) };
    const { paymentReconciliation } = await admin.do(
      `query ($from: DateTime!, $until: DateTime!) { paymentReconciliation(from: $from, until: $until) { exceptions { kind } } }`,
      span,
    );
    expect(paymentReconciliation.exceptions).toEqual([]);
  }, 600_000);
});

describe('ten renewals, a provider that misbehaves, and processes that die', () => {
  it('charge every patient once or not at all, and none is stuck; both books agree', async () => {
    const options = { renewals: 10, killEvery: 5, say: () => {} };
    const { kills, wrong, exceptions, stuck } = await chaosOfRenewals(own.platform, own.stage, options);
    expect({ wrong, exceptions, stuck }).toEqual({ wrong: [], exceptions: [], stuck: [] });
    expect(kills).toBe(2);
  }, 600_000);
});
