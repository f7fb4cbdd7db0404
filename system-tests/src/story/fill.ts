import { eventually, expect } from './expect.ts';
import type { OpenTicket } from './open-ticket.ts';
import type { Stage } from './stage.ts';

const dashboard = `{ pharmacyTickets(first: 20, status: SENT) { edges { node { id number status
  patient { displayName }
  thread { messages(last: 10) { edges { node { number body kind sender { __typename } } } } }
  prescription { status lines { text quantity quantityUnit } overrides { reason text } } } } } }`;

/** Two pharmacists reach for it at once, one wins; part is handed over, then the rest. */
export async function fill(stage: Stage, { ticketId, number }: OpenTicket): Promise<void> {
  const { pharmacist, tell } = stage;
  const { pharmacyTickets } = await pharmacist.do(dashboard);
  const shown = pharmacyTickets.edges.find(
    ({ node }: { node: { id: string } }) => node.id === ticketId,
  )?.node;
  expect(
    shown?.prescription && shown.thread && shown.patient,
    'ticket, thread, messages and prescription in one query',
  );
  expect(shown.prescription.overrides.length > 0, 'the pharmacist sees what the doctor answered for');
  tell(
    `The pharmacy's dashboard shows ${shown.number} for ${shown.patient.displayName}, with thread and prescription.`,
  );

  const token = await claimAtOnce(stage, ticketId);
  tell(`Two screens claim ${number} at once: one wins, the other is told that a colleague holds it.`);
  await part(stage, ticketId, token, [30, 20]);
  tell('The whole of one line and part of the other are prepared and handed over; the rest is owed.');
  await part(stage, ticketId, token, [0, 10]);
  await eventually(async () => {
    const { ticket } = await pharmacist.do('query T($id: ID!) { ticket(id: $id) { status } }', {
      id: ticketId,
    });
    return ticket.status === 'CLOSED';
  }, 'the ticket is closed');
  tell('The rest is handed over; the ticket is closed.');
}

async function claimAtOnce({ pharmacist }: Stage, ticketId: string): Promise<string> {
  const claims = await Promise.all(
    [1, 2].map(() =>
      pharmacist.tryChange(
        'claimTicket',
        { idempotencyKey: crypto.randomUUID(), ticketId },
        'claim { fence token }',
      ),
    ),
  );
  const [won, lost] = claims.toSorted((a, b) => a['userErrors'].length - b['userErrors'].length);
  expect(won!['claim']?.token, 'one claim wins');
  expect(lost!['userErrors'][0]?.code === 'ALREADY_HELD', 'the other is refused');
  return won!['claim'].token;
}

/** Prepares these quantities, waits until the patient is told that it is ready, and hands them over. */
async function part(stage: Stage, ticketId: string, claimToken: string, quantities: number[]): Promise<void> {
  const { pharmacist, patient } = stage;
  const read = async () =>
    (
      await pharmacist.do(
        `query F($id: ID!) { ticket(id: $id) { status fill { version lines { line { id } remaining } preparations { id quantity } } } }`,
        { id: ticketId },
      )
    )['ticket'];
  const { fill: before } = await eventually(async () => {
    const ticket = await read();
    return ticket.fill && ticket;
  }, 'the fill is there');
  const lots = (quantity: number) => [{ quantity, lot: `LOT-${quantity}`, expiresOn: '2029-12-31' }];
  const lines = quantities.flatMap((quantity, index) =>
    quantity > 0 ? [{ lineId: before.lines[index].line.id, lots: lots(quantity) }] : [],
  );
  const prepare = () =>
    pharmacist.tryChange(
      'prepareLines',
      { ticketId, claimToken, expectedVersion: before.version, lines },
      'fill { version preparations { id quantity } }',
    );
  // A claim starts a fresh check against the newest facts; until it is back nothing leaves the counter.
  const prepared = await eventually(async () => {
    const answer = await prepare();
    const [error] = answer['userErrors'];
    expect(!error || error.code === 'BLOCKED', `lines can be prepared (${JSON.stringify(error)})`);
    return answer['fill'];
  }, 'the lines are prepared');
  await eventually(async () => {
    const { ticket } = await patient.do('query T($id: ID!) { ticket(id: $id) { status } }', { id: ticketId });
    return ticket.status === 'READY';
  }, 'the patient sees that it is ready');
  const items = prepared.preparations.map(({ id, quantity }: { id: string; quantity: number }) => ({
    preparationId: id,
    quantity,
  }));
  await eventually(async () => {
    const input = { ticketId, claimToken, idempotencyKey: crypto.randomUUID(), items };
    const answer = await pharmacist.tryChange('handOver', input, 'dispense { id }');
    const [error] = answer['userErrors'];
    expect(!error || error.code === 'BLOCKED', `lines can be handed over (${JSON.stringify(error)})`);
    return answer['dispense'];
  }, 'the medicines are handed over');
}
