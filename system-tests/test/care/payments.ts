import { describe, expect, it } from '@jest/globals';
import { Client } from '../../src/client.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();

const seen = `query ($id: ID!) { ticket(id: $id) { status
  payments { edges { node { id status explanation amount { text } attempts { provider status } refunds { reason status } } } }
  timeline(first: 100) { edges { node { number noted subjectId } } } } }`;

describe('money on a ticket', () => {
  it('is asked for, paid, and goes back when the ticket is cancelled; each leg is on the timeline (P-09)', async () => {
    const { doctor, patient, patientId } = own.stage;
    const key = () => ({ idempotencyKey: crypto.randomUUID() });
    const { ticket } = await doctor.change(
      'openTicket',
      { ...key(), kind: 'CONSULTATION', patientId },
      'ticket { id }',
    );
    const see = async () => (await patient.do(seen, { id: ticket.id }))['ticket'];
    const live = patient.watch(
      `subscription ($id: ID!) { ticketEvents(ticketId: $id, after: 0) {
        ... on TicketChanged { entry { number noted } } } }`,
      { id: ticket.id },
    );
    const amount = { minor: 4_900, currency: 'EUR' };
    const { payment } = await doctor.change(
      'requestPayment',
      { ...key(), ticketId: ticket.id, amount, purpose: 'CONSULTATION' },
      'payment { id version }',
    );
    const refused = await doctor.ask(
      `mutation { startPayment(input: { idempotencyKey: "${crypto.randomUUID()}", paymentId: "${payment.id}",
         expectedVersion: 1, paymentMethod: "pm_card_visa" }) { payment { id } } }`,
    );
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    await patient.change(
      'startPayment',
      {
        ...key(),
        paymentId: payment.id,
        expectedVersion: payment.version,
        paymentMethod: 'pm_flaky_webhook_twice',
      },
      'payment { status }',
    );
    const statusIs = (status: string) => async () => (await see()).payments.edges[0]?.node.status === status;
    await eventually(statusIs('SUCCEEDED'), 'it is paid', 60_000);
    expect((await see()).payments.edges).toMatchObject([
      { node: { amount: { text: '49.00 EUR' }, attempts: [{ provider: 'flaky', status: 'SUCCEEDED' }] } },
    ]);

    await patient.change(
      'cancelTicket',
      { ticketId: ticket.id, reason: 'PATIENT_WISH' },
      'outcome ticket { status }',
    );
    await eventually(statusIs('REFUNDED'), 'the money went back', 60_000);
    const noted = (what: string) => `payments.payment.${what}.v1`;
    const legs = ['requested', 'processing', 'succeeded', 'refunding', 'refunded'].map(noted);
    const onTimeline = async () =>
      (await see()).timeline.edges
        .map(({ node }: { node: { noted: string | null } }) => node.noted)
        .filter((type: string | null) => type?.startsWith('payments.'));
    await eventually(async () => (await onTimeline()).length === legs.length, 'every leg is noted', 60_000);
    expect(await onTimeline()).toEqual(legs);
    await live.until(
      ({ ticketEvents }) => ticketEvents.entry?.noted === noted('refunded'),
      'the last leg, live',
    );

    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const span = { from: new Date(Date.now() - 3_600_000), until: new Date(Date.now() + 3_600_000) };
    const { paymentReconciliation } = await admin.do(
      `query ($from: DateTime!, $until: DateTime!) { paymentReconciliation(from: $from, until: $until) {
         provider matched exceptions { kind } balances { account minor } } }`,
      span,
    );
    expect(paymentReconciliation).toMatchObject({ provider: 'flaky', matched: 2, exceptions: [] });
    const hidden = await admin.do(seen, { id: ticket.id });
    expect(hidden['ticket']).toBeNull();
    await admin.close();
  }, 600_000);
});
