import type { Client, Data } from './client.ts';
import { eventually } from './story/expect.ts';

export interface Held {
  pharmacist: Client;
  ticketId: string;
  claimToken: string;
}

/** The pharmacist takes the ticket on, as soon as it is there. */
export async function claim(pharmacist: Client, ticketId: string): Promise<Held> {
  const claimed = await eventually(async () => {
    const input = { idempotencyKey: crypto.randomUUID(), ticketId };
    const answer = await pharmacist.tryChange('claimTicket', input, 'claim { token }');
    return answer['claim'];
  }, 'the ticket can be claimed');
  return { pharmacist, ticketId, claimToken: claimed.token };
}

/** The ticket's fill as the pharmacist sees it, as soon as it is there. */
export const fillOf = ({ pharmacist, ticketId }: Held): Promise<Data> =>
  eventually(async () => {
    const { ticket } = await pharmacist.do(
      `query F($id: ID!) { ticket(id: $id) { fill { version status
         lines { line { id } state quantity handedOver remaining notDispensedReason } preparations { id quantity } } } }`,
      { id: ticketId },
    );
    return ticket.fill as Data | null;
  }, 'the fill is there');

/** Prepares so much of each line; 0 leaves it. Answers what can be handed over. */
export async function prepare(
  held: Held,
  quantities: number[],
): Promise<{ preparationId: string; quantity: number }[]> {
  const { version, lines } = await fillOf(held);
  const lots = (quantity: number) => [{ quantity, lot: `LOT-${quantity}`, expiresOn: '2029-12-31' }];
  const { fill } = await held.pharmacist.change(
    'prepareLines',
    {
      ticketId: held.ticketId,
      claimToken: held.claimToken,
      expectedVersion: version,
      lines: quantities.flatMap((quantity, index) =>
        quantity > 0 ? [{ lineId: lines[index].line.id, lots: lots(quantity) }] : [],
      ),
    },
    'fill { preparations { id quantity } }',
  );
  return fill.preparations.map(({ id, quantity }: Data) => ({ preparationId: id, quantity }));
}

/** Tries to hand over; the payload says what came of it. */
export const tryHandOver = (
  { pharmacist, ticketId, claimToken }: Held,
  items: object[],
  idempotencyKey: string = crypto.randomUUID(),
): Promise<Data> =>
  pharmacist.tryChange(
    'handOver',
    { ticketId, claimToken, idempotencyKey, items },
    'dispense { id } fill { status }',
  );

/** Hands over, once the check that every claim brings is back. */
export const handOver = (held: Held, items: object[]): Promise<Data> =>
  eventually(async () => {
    const answer = await tryHandOver(held, items);
    const [error] = answer['userErrors'];
    if (error && error.code !== 'BLOCKED') throw new Error(`hand-over refused: ${JSON.stringify(error)}`);
    return !error && answer;
  }, 'the medicines are handed over');

/** Closes a line without hand-over. */
export async function notDispensed(held: Held, index: number, reason: string): Promise<Data> {
  const { version, lines } = await fillOf(held);
  const { pharmacist, ticketId, claimToken } = held;
  const input = { ticketId, claimToken, expectedVersion: version, lineId: lines[index].line.id, reason };
  return (await pharmacist.change('markNotDispensed', input, 'fill { status }'))['fill'];
}
