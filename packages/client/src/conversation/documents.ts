/** Who takes part: a person, or a pharmacy as one body. */
export interface Participant {
  readonly __typename: 'User' | 'Organisation';
  readonly id: string;
  readonly name: string | null;
}

/** Who may read and write in the thread. */
export interface Member {
  readonly role: string;
  readonly participant: Participant | null;
}

/** The others in a thread who are there now. */
export interface Presence {
  /** Stands for all of it. */
  readonly state: string;
  /** You hide yours, so you are told of nobody's. */
  readonly hidden: boolean;
  readonly members: readonly { readonly memberId: string; readonly typing: boolean }[];
}

/** A message as a conversation shows it. */
export interface Message {
  readonly id: string;
  /** Its place in the thread: 1, 2, 3 … */
  readonly number: number;
  /** The id it was sent with; null unless you sent it. */
  readonly clientId: string | null;
  readonly kind: string;
  readonly body: string;
  readonly sentAt: string;
  readonly status: string | null;
  readonly sender: Participant | null;
  readonly replyTo: { readonly id: string; readonly number: number } | null;
}

/** A thread's own facts; those that count are counted by the platform. */
export interface ThreadState {
  readonly id: string;
  readonly status: string;
  readonly unreadCount: number;
  readonly lastReadNumber: number;
  readonly lastNumber: number;
  /** The cursor of its feed. */
  readonly lastChange: number;
}

export interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: Message }[];
  readonly pageInfo: { readonly hasPreviousPage: boolean; readonly startCursor: string | null };
}

const threadFields = 'id status unreadCount lastReadNumber lastNumber lastChange';
const participantFields = '__typename ... on User { id name: displayName } ... on Organisation { id name }';
const messageFields = `id number clientId kind body sentAt status replyTo { id number }
  sender { ${participantFields} }`;
const members = `members { role participant { ${participantFields} } }`;
const page = `edges { cursor node { ${messageFields} } } pageInfo { hasPreviousPage startCursor }`;

export const threadById = `query Conversation($id: ID!, $last: Int!) {
  thread(id: $id) { ${threadFields} ${members} messages(last: $last) { ${page} } }
}`;
export const threadByTicket = `query ConversationOfTicket($id: ID!, $last: Int!) {
  thread: threadOfTicket(ticketId: $id) { ${threadFields} ${members} messages(last: $last) { ${page} } }
}`;
export const olderMessages = `query OlderMessages($id: ID!, $last: Int!, $before: String!) {
  thread(id: $id) { messages(last: $last, before: $before) { ${page} } }
}`;
export const messageEvents = `subscription MessageEvents($threadId: ID!, $after: Int) {
  messageEvents(threadId: $threadId, after: $after) {
    __typename
    ... on ResyncRequired { reason }
    ... on MessageAdded { cursor message { ${messageFields} } thread { ${threadFields} } }
    ... on MessageEdited { cursor message { ${messageFields} } thread { ${threadFields} } }
    ... on MessageDeleted { cursor message { ${messageFields} } thread { ${threadFields} } }
    ... on MessagesPurged { cursor upTo thread { ${threadFields} } }
    ... on ReceiptMoved { cursor thread { ${threadFields} } }
  }
}`;
export const membersOf = `query Members($id: ID!) { thread(id: $id) { ${members} } }`;
export const presenceEvents = `subscription Presence($threadId: ID!, $known: String) {
  presenceEvents(threadId: $threadId, known: $known) {
    __typename
    ... on PresenceChanged { state hidden members { memberId typing } }
    ... on ResyncRequired { reason }
  }
}`;
export const typing = `mutation Typing($input: TypingInput!) { typing(input: $input) { userErrors { code message } } }`;
export const markRead = `mutation MarkRead($input: MarkReadInput!) {
  markRead(input: $input) { thread { ${threadFields} } userErrors { code message path } }
}`;

/** An event of a thread's feed. A type that is not known here has a cursor and nothing else. */
export interface MessageEvent {
  readonly __typename: string;
  readonly cursor: number;
  readonly message?: Message | null;
  readonly thread?: ThreadState | null;
  readonly upTo?: number;
}
