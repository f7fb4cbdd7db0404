import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { change, type Messaging, openedTicket, send, startMessaging, tell } from './messaging.ts';

let messaging: Messaging;
beforeAll(async () => void (messaging = await startMessaging()));
afterAll(() => messaging.close());

async function search(actor: Actor, query: string, more: object = {}) {
  const { searchMessages } = await messaging.query(
    actor,
    `query ($query: String!, $language: String, $threadId: ID, $first: Int! = 20, $after: String) {
       searchMessages(query: $query, language: $language, threadId: $threadId, first: $first, after: $after) {
         pageInfo { hasNextPage endCursor } edges { node { message { id body } note { body } snippet { text match } } } } }`,
    { query, ...more },
  );
  const nodes: Record<string, any>[] = searchMessages.edges.map(({ node }: { node: object }) => node);
  return { nodes, pageInfo: searchMessages.pageInfo };
}
const found = async (actor: Actor, query: string, more: object = {}): Promise<string[]> =>
  (await search(actor, query, more)).nodes.map(({ message, note }) => (message ?? note).body);

describe('searching', () => {
  it('finds words with and without accents, by their stems, and shows where', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const french = 'Vous prenez les comprim\u00e9s avec une boisson';
    const english = 'Please take the tablets with water';
    await send(messaging, doctor, { threadId, body: french });
    await send(messaging, doctor, { threadId, body: english });
    expect(await found(patient, 'comprimes')).toEqual([french]);
    expect(await found(patient, 'COMPRIM\u00c9S')).toEqual([french]);
    expect(await found(patient, 'comprim\u00e9', { language: 'fr' })).toEqual([french]);
    expect(await found(patient, 'tablet', { language: 'en' })).toEqual([english]);
    expect(await found(patient, 'tablet', { language: 'tr' })).toEqual([english]);
    expect(await found(patient, 'taking')).toEqual([]);
    expect(await found(patient, '"with water"')).toEqual([english]);
    expect(await found(patient, 'boisson or water')).toEqual([english, french]);
    const { nodes } = await search(patient, 'water');
    expect(nodes[0]!['snippet']).toEqual([
      { text: 'Please take the tablets with ', match: false },
      { text: 'water', match: true },
    ]);
  });

  it('finds what one may read now: not what others say, nor after one has left', async () => {
    const { threadId, patient, doctor, pharmacist, events } = await openedTicket(messaging);
    await send(messaging, doctor, { threadId, body: 'About amoxicillin' });
    const stranger = await openedTicket(messaging);
    await send(messaging, stranger.doctor, { threadId: stranger.threadId, body: 'Also amoxicillin' });
    for (const actor of [patient, doctor, pharmacist])
      expect(await found(actor, 'amoxicillin')).toEqual(['About amoxicillin']);
    expect(await found(person('administrator'), 'amoxicillin')).toEqual([]);
    const successor = person('pharmacist');
    await tell(messaging, events.pharmacyChanged(successor.organisationId));
    expect(await found(pharmacist, 'amoxicillin')).toEqual([]);
    expect(await found(successor, 'amoxicillin')).toEqual(['About amoxicillin']);
  });

  it('never finds notes for the patient, nor after a change of pharmacy', async () => {
    const { threadId, patient, doctor, pharmacist, events } = await openedTicket(messaging);
    await change(
      messaging,
      doctor,
      'writeNote',
      { threadId, clientId: newId(), body: 'Suspicious bruise' },
      'note { id }',
    );
    expect(await found(pharmacist, 'bruise')).toEqual(['Suspicious bruise']);
    expect(await found(patient, 'bruise')).toEqual([]);
    const successor = person('pharmacist');
    await tell(messaging, events.pharmacyChanged(successor.organisationId));
    expect(await found(patient, 'bruise')).toEqual([]);
    expect(await found(successor, 'bruise')).toEqual(['Suspicious bruise']);
  });

  it('finds an edited text by its new words only, and a deleted one by none', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const { message } = await send(messaging, doctor, { threadId, body: 'Take paracetamol' });
    const edit = { messageId: message!.id, body: 'Take naproxen', expectedVersion: 1 };
    await change(messaging, doctor, 'editMessage', edit, 'message { id }');
    expect([await found(patient, 'paracetamol'), await found(patient, 'naproxen')]).toEqual([
      [],
      [edit.body],
    ]);
    await change(messaging, doctor, 'deleteMessage', { messageId: message!.id }, 'message { id }');
    expect([await found(patient, 'paracetamol'), await found(patient, 'naproxen')]).toEqual([[], []]);
    const rows = await messaging.sql('SELECT 1 FROM search_entry WHERE id = $1', [message!.id]);
    expect(rows).toEqual([]);
  });

  it('goes on from page to page, also within one thread', async () => {
    const { threadId, doctor, patient } = await openedTicket(messaging);
    const elsewhere = await openedTicket(messaging, { doctor, patient });
    for (let n = 1; n <= 5; n += 1) await send(messaging, doctor, { threadId, body: `Dose ${n}` });
    await send(messaging, doctor, { threadId: elsewhere.threadId, body: 'Dose elsewhere' });
    const first = await search(patient, 'dose', { threadId, first: 3 });
    expect(first.nodes.map(({ message }) => message.body)).toEqual(['Dose 5', 'Dose 4', 'Dose 3']);
    const rest = { threadId, first: 3, after: first.pageInfo.endCursor };
    expect(await found(patient, 'dose', rest)).toEqual(['Dose 2', 'Dose 1']);
    expect(await found(patient, 'dose')).toHaveLength(6);
    await expect(search(patient, ' ')).rejects.toThrow(/1 to 200/);
  });
});
