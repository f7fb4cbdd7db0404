import type { CarethreadClient } from '../client.ts';
import type { FeedEnd } from '../live/follow.ts';
import { observable, type Observable } from '../observable.ts';
import type { NewMessage, PendingMessage } from '../send-queue.ts';
import {
  markRead,
  type Member,
  membersOf,
  type Message,
  type MessageEvent,
  messageEvents,
  olderMessages,
  type Page,
  type Presence,
  presenceEvents,
  threadById,
  threadByTicket,
  type ThreadState,
  typing,
} from './documents.ts';

const pageSize = 50;
/** Writing is said so often while it goes on; the platform forgets it after twice the time. */
const typingEveryMs = 3_000;

/** What a conversation shows. */
export interface ConversationState {
  /** Null until it is loaded. */
  readonly thread: ThreadState | null;
  /** Who takes part. */
  readonly members: readonly Member[];
  /** Which of the others are there now, and who writes; null when that is not known, such as without a line. */
  readonly presence: Presence | null;
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
    members: [],
    presence: null,
    messages: [],
    pending: [],
    hasOlder: false,
    ended: null,
  });
  readonly #closing = new AbortController();
  readonly #stops: (() => void)[];
  #oldest: string | null = null;
  #saidTypingAt = -Infinity;

  private constructor(client: CarethreadClient) {
    this.#client = client;
    this.#stops = [
      client.sendQueue.pending.subscribe(() => this.#showPending()),
      client.connection.state.subscribe(() => this.#forgetPresence()),
    ];
  }

  /**
   * Loads the newest messages and follows the thread from there; with `presence`, also who is there, and for the others
   * you are. Throws when there is no such thread for you.
   */
  static async open(
    client: CarethreadClient,
    which: { threadId: string } | { ticketId: string },
    { presence = true }: { presence?: boolean } = {},
  ): Promise<Conversation> {
    const conversation = new Conversation(client);
    const after = await conversation.#load(which);
    void conversation.#follow(after);
    if (presence) void conversation.#followPresence();
    return conversation;
  }

  get state(): Observable<ConversationState> {
    return this.#state;
  }

  /** Shows a message at once and sends it as soon as that is possible. */
  send(message: Pick<NewMessage, 'body' | 'replyToId' | 'prescriptionId'>): Promise<PendingMessage> {
    this.#saidTypingAt = -Infinity;
    return this.#client.sendQueue.send({ ...message, threadId: this.#thread.id });
  }

  /** Says that you write: call it at each keystroke, it is told every few seconds. False: you stopped without sending. */
  typing(goesOn = true): void {
    const now = Date.now();
    const isShown = now - this.#saidTypingAt < typingEveryMs * 2;
    if (goesOn ? now - this.#saidTypingAt < typingEveryMs : !isShown) return;
    this.#saidTypingAt = goesOn ? now : -Infinity;
    // Not worth a second try, let alone an error.
    this.#client.mutate(typing, { input: { threadId: this.#thread.id, typing: goesOn } }).catch(() => {});
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
    type Loaded = { thread: (ThreadState & { messages: Page; members: Member[] }) | null };
    const { thread } = await this.#client.query<Loaded>(query, { id, last: pageSize });
    if (!thread) throw new Error('There is no such thread, or it is not yours to see.');
    const { messages: page, members, ...facts } = thread;
    this.#oldest = page.pageInfo.startCursor;
    const messages = nodes(page);
    this.#set({ thread: facts, members, messages, hasOlder: page.pageInfo.hasPreviousPage });
    this.#showPending();
    this.#received(messages);
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

  async #followPresence(): Promise<void> {
    const { id: threadId } = this.#thread;
    await this.#client
      .follow<Presence>({
        query: presenceEvents,
        variables: () => ({ threadId, known: this.#state.get().presence?.state ?? null }),
        onEvent: ({ state, hidden, members }) => {
          this.#set({ presence: { state, hidden, members } });
          this.#knowMembers(members.map(({ memberId }) => memberId));
        },
        // Each event says all there is.
        onResync: async () => null,
        signal: this.#closing.signal,
      })
      .catch(() => {});
    this.#set({ presence: null });
  }

  /** Who came to the thread after it was loaded has a name, too. */
  #knowMembers(ids: readonly string[]): void {
    const known = new Set(this.#state.get().members.map(({ participant }) => participant?.id));
    if (ids.every((id) => known.has(id))) return;
    this.#client
      .query<{ thread: { members: Member[] } | null }>(membersOf, { id: this.#thread.id })
      .then(({ thread }) => thread && this.#set({ members: thread.members }))
      .catch(() => {});
  }

  /** What was so before the line was lost need not be so now. */
  #forgetPresence(): void {
    const { status } = this.#client.connection.state.get();
    if (status !== 'live' && this.#state.get().presence) this.#set({ presence: null });
  }

  /** All that an event says is shown at once: no message without its count. */
  #apply({ __typename: type, message, thread, upTo = 0 }: MessageEvent): void {
    const { messages, thread: shown } = this.#state.get();
    const left = type === 'MessagesPurged' ? messages.filter(({ number }) => number > upTo) : messages;
    this.#set({
      messages: message ? merged(left, [message]) : left,
      thread: newer(shown, thread),
    });
    this.#showPending();
    if (message) this.#received([message]);
  }

  #take(thread: ThreadState): void {
    this.#set({ thread: newer(this.#thread, thread) });
  }

  /** Messages of others are here: tells the platform, which tells them. */
  #received(messages: readonly Message[]): void {
    const { role, userId, organisationId } = this.#client.session.as.get() ?? {};
    const self = role?.toUpperCase() === 'PHARMACIST' ? organisationId : userId;
    const last = messages.filter(({ sender }) => sender && sender.id !== self).at(-1);
    if (last) this.#client.received.note(this.#thread.id, last.number);
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

/** Facts of an older moment never replace newer ones. */
const newer = (shown: ThreadState | null, thread: ThreadState | null | undefined): ThreadState | null =>
  thread && thread.lastChange >= (shown?.lastChange ?? 0) ? thread : shown;

/** Messages by number; what comes later replaces what is there. */
function merged(shown: readonly Message[], more: readonly Message[]): Message[] {
  const byNumber = new Map([...shown, ...more].map((message) => [message.number, message]));
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}
