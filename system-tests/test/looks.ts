import type { Client, Data } from '../src/client.ts';
import type { Held } from '../src/counter.ts';
import { eventually } from '../src/story/expect.ts';

export interface TicketState {
  status: string;
  version: number;
  pharmacy: { id: string } | null;
  claim: { fence: number; token: string | null } | null;
  timeline: Data[];
}

const ticketText = `query T($id: ID!) { ticket(id: $id) { status version pharmacy { id } claim { fence token }
  timeline(first: 100) { edges { node { number from to reason noted channel } } } } }`;

/** The ticket as this person sees it now. */
export async function ticketState(client: Client, id: string): Promise<TicketState> {
  const { ticket } = await client.do(ticketText, { id });
  if (!ticket) throw new Error(`${client.email} sees no ticket ${id}`);
  const entries: Data[] = ticket.timeline.edges.map(({ node }: { node: Data }) => node);
  // A document is made at its own pace, beside what is told here.
  const isBeside = ({ noted }: Data) => noted?.startsWith('prescriptions.document.') ?? false;
  return { ...ticket, timeline: entries.filter((entry) => !isBeside(entry)) };
}

/** Waits until this person sees the ticket in this status. */
export const inStatus = (client: Client, id: string, status: string): Promise<TicketState> =>
  eventually(async () => {
    const state = await ticketState(client, id);
    return state.status === status && state;
  }, `${client.email} sees the ticket ${status}`);

export const refusalOf = (payload: Data): Data | undefined => payload['userErrors'][0];

/** The pharmacist gives the ticket back. */
export async function returned({ pharmacist, ticketId, claimToken }: Held): Promise<void> {
  const { version: expectedVersion } = await ticketState(pharmacist, ticketId);
  const input = { ticketId, claimToken, expectedVersion, reason: 'OUT_OF_STOCK' };
  await pharmacist.change('returnTicket', input, 'ticket { id }');
}

/** The thread of a ticket as this person sees it; null when they see none. */
export async function threadOf(client: Client, ticketId: string): Promise<Data | null> {
  const { threadOfTicket } = await client.do(
    `query T($id: ID!) { threadOfTicket(ticketId: $id) { id status lastNumber unreadCount lastReadNumber orderId orderType
       members { role } messages(last: 50) { edges { node { id number kind body } } } } }`,
    { id: ticketId },
  );
  return threadOfTicket;
}

/** The same, once the event that makes it or lets them into it has arrived. */
export const threadSeenBy = (client: Client, ticketId: string): Promise<Data> =>
  eventually(() => threadOf(client, ticketId), 'the thread of the ticket');
