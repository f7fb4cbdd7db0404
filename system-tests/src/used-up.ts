import { answered, releasedTicket } from './released-ticket.ts';
import { eventually } from './story/expect.ts';
import type { Stage } from './story/stage.ts';

/**
 * A prescription of one medicine of the catalog, of which everything was handed over: from now on it can be renewed, as
 * nobody says for how long it lasts. Answers its id.
 */
export async function usedUp(stage: Stage, search = 'amoxicillin 500 mg capsule'): Promise<string> {
  const { doctor, pharmacist } = stage;
  const { products } = await doctor.do(
    'query S($text: String!) { products(search: $text, first: 1) { edges { node { id name } } } }',
    { text: search },
  );
  const { id: productId, name: text } = products.edges[0].node;
  const line = { productId, text, quantity: 20, quantityUnit: 'capsule', instructions: 'As told.' };
  const { ticketId, prescriptionId } = await releasedTicket(stage, { lines: [line] });
  const { claim } = await pharmacist.change(
    'claimTicket',
    { ticketId, idempotencyKey: crypto.randomUUID() },
    'claim { token }',
  );
  const under = { ticketId, claimToken: claim.token };
  // A claim has the safety check made anew: what the doctor answered holds for the same content.
  await answered(doctor, prescriptionId);
  const read = 'query T($id: ID!) { ticket(id: $id) { status fill { version lines { line { id } } } } }';
  const { fill } = (await pharmacist.do(read, { id: ticketId }))['ticket'];
  const lots = [{ quantity: 20, lot: 'A1', expiresOn: '2099-12-31' }];
  const prepared = await pharmacist.change(
    'prepareLines',
    { ...under, expectedVersion: fill.version, lines: [{ lineId: fill.lines[0].line.id, lots }] },
    'fill { preparations { id quantity } }',
  );
  const [{ id: preparationId, quantity }] = prepared['fill'].preparations;
  await pharmacist.change(
    'handOver',
    { ...under, idempotencyKey: crypto.randomUUID(), items: [{ preparationId, quantity }] },
    'fill { status }',
  );
  await eventually(
    async () => (await pharmacist.do(read, { id: ticketId }))['ticket'].status === 'CLOSED',
    'everything was handed over',
  );
  return prescriptionId;
}
