/** What apps use of the client; `follow`, transports and the rest are used by these. */
export { CarethreadClient, type ClientOptions } from './client.ts';
export { Conversation, type ConversationState } from './conversation/conversation.ts';
export type { Member, Message, Presence } from './conversation/documents.ts';
export { GraphqlFailure, Refused, SignedOut, Unreachable, type UserError } from './errors.ts';
export type { ConnectionState } from './live/connection.ts';
export type { FeedEnd, FeedOptions } from './live/follow.ts';
export type { Observable } from './observable.ts';
export type { Operation, TypedText } from './post.ts';
export type { NewMessage, PendingMessage, SentMessage } from './send-queue.ts';
export { type Challenge, SecondFactorNeeded, type SignedInAs, type Tokens } from './session.ts';
export { itemStorage, memoryStorage, type Storage } from './storage.ts';
