import type { CarethreadClient } from '../client.ts';
import type { FeedEnd } from '../live/follow.ts';
import { observable, type Observable } from '../observable.ts';
import type { NewMessage, PendingMessage } from '../send-queue.ts';
import {
  markRead,
  type Message,
  type MessageEvent,
  messageEvents,
  olderMessages,
  type Page,
  threadById,
  threadByTicket,
  type ThreadState,
} from './documents.ts';

const pageSize = 50;

/** What a conversation shows. */
export interface ConversationState {
  /** Null until it is loaded. */
  readonly thread: ThreadState | null;
  /** By number, without gaps among those that are loaded. */
  readonly messages: readonly Message[];
  /** Your messages the platform does not have yet, in the order written; shown behind the others. */
  readonly pending: readonly PendingMessage[];
  readonly hasOlder: boolean;
  /** Why it shows nothing new any more; null while it does. */
  readonly ended: FeedEnd | null;
}

/** A thread as it is now: loaded once, then kept up by its feed, with your own messages before they have arrived. */
export class Conversation {
  readonly #client: CarethreadClient;
  readonly #state = observable<ConversationState>({
    thread: null,
    messages: [],
    pending: [],
    hasOlder: false,
    ended: null,
  });
  readonly #closing = new AbortController();
  readonly #stops: (() => void)[];
  #oldest: string | null = null;

  private constructor(client: CarethreadClient) {
    this.#client = client;
    this.#stops = [client.sendQueue.pending.subscribe(() => this.#showPending())];
  }

  /** Loads the newest messages and follows the thread from there. Throws when there is no such thread for you. */
  static async open(
    client: CarethreadClient,
    which: { threadId: string } | { ticketId: string },
  ): Promise<Conversation> {
    const conversation = new Conversation(client);
    const after = await conversation.#load(which);
    void conversation.#follow(after);
    return conversation;
  }

  get state(): Observable<ConversationState> {
    return this.#state;
  }

  /** Shows a message at once and sends it as soon as that is possible. */
  send(message: Pick<NewMessage, 'body' | 'replyToId' | 'prescriptionId'>): Promise<PendingMessage> {
    return this.#client.sendQueue.send({ ...message, threadId: this.#thread.id });
  }

  /** Loads the page before the oldest message shown. */
  async loadOlder(): Promise<void> {
    if (!this.#state.get().hasOlder || this.#oldest === null) return;
    const variables = { id: this.#thread.id, last: pageSize, before: this.#oldest };
    const { thread } = await this.#client.query<{ thread: { messages: Page } | null }>(
      olderMessages,
      variables,
    );
    if (!thread) return;
    this.#oldest = thread.messages.pageInfo.startCursor;
    this.#set({
      messages: merged(this.#state.get().messages, nodes(thread.messages)),
      hasOlder: thread.messages.pageInfo.hasPreviousPage,
    });
  }

  /** Moves the read marker to the newest message shown. */
  async markRead(): Promise<void> {
    const upTo = this.#state.get().messages.at(-1)?.number;
    if (upTo === undefined || upTo <= this.#thread.lastReadNumber) return;
    const input = { threadId: this.#thread.id, upTo };
    const { thread } = await this.#client.change<{ thread: ThreadState }>(markRead, input);
    this.#take(thread);
  }

  /** Ends it. What waits to be sent is sent all the same. */
  close(): void {
    this.#closing.abort();
    for (const stop of this.#stops) stop();
  }

  get #thread(): ThreadState {
    const { thread } = this.#state.get();
    if (!thread) throw new Error('The conversation is not loaded.');
    return thread;
  }

  async #load(which: { threadId: string } | { ticketId: string }): Promise<number> {
    const [query, id] = 'threadId' in which ? [threadById, which.threadId] : [threadByTicket, which.ticketId];
    type Loaded = { thread: (ThreadState & { messages: Page }) | null };
    const { thread } = await this.#client.query<Loaded>(query, { id, last: pageSize });
    if (!thread) throw new Error('There is no such thread, or it is not yours to see.');
    const { messages: page, ...facts } = thread;
    this.#oldest = page.pageInfo.startCursor;
    this.#set({ thread: facts, messages: nodes(page), hasOlder: page.pageInfo.hasPreviousPage });
    this.#showPending();
    return facts.lastChange;
  }

  async #follow(after: number): Promise<void> {
    const { id: threadId } = this.#thread;
    const ended = await this.#client
      .follow<MessageEvent>({
        query: messageEvents,
        variables: { threadId },
        after,
        cursor: (event) => event.cursor,
        onEvent: (event) => this.#apply(event),
        onResync: () => this.#load({ threadId }),
        signal: this.#closing.signal,
      })
      .catch((): FeedEnd => ({ kind: 'access-ended' }));
    this.#set({ ended });
  }

  #apply({ __typename: type, message, thread, upTo = 0 }: MessageEvent): void {
    const { messages } = this.#state.get();
    if (message) this.#set({ messages: merged(messages, [message]) });
    if (type === 'MessagesPurged') this.#set({ messages: messages.filter(({ number }) => number > upTo) });
    if (thread) this.#take(thread);
    this.#showPending();
  }

  /** Facts of an older moment never replace newer ones. */
  #take(thread: ThreadState): void {
    if (thread.lastChange >= this.#thread.lastChange) this.#set({ thread });
  }

  /** A message that has arrived by the feed is not shown as pending, too, while its own answer is on the way. */
  #showPending(): void {
    const { thread, messages } = this.#state.get();
    if (!thread) return;
    const arrived = new Set(messages.map(({ clientId }) => clientId));
    this.#set({
      pending: this.#client.sendQueue.pending
        .get()
        .filter(({ threadId, clientId }) => threadId === thread.id && !arrived.has(clientId)),
    });
  }

  #set(change: Partial<ConversationState>): void {
    this.#state.set({ ...this.#state.get(), ...change });
  }
}

const nodes = ({ edges }: Page): Message[] => edges.map(({ node }) => node);

/** Messages by number; what comes later replaces what is there. */
function merged(shown: readonly Message[], more: readonly Message[]): Message[] {
  const byNumber = new Map([...shown, ...more].map((message) => [message.number, message]));
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}
