import { type Actor, personBehind } from '@carethread/contracts/actor.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { awaitCopy } from '@carethread/service-kit/await-copy.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { despiteDeadlock } from './despite-deadlock.ts';
import {
  bodySchema,
  decideSending,
  type Draft,
  fingerprintOf,
  firstVersion,
  type Message,
  otherContent,
  routingOf,
  unknownThread,
} from './message.ts';
import { guessLanguage, languageOf } from './language.ts';
import { fitInto, mentionsSchema, misplaced } from './mention.ts';
import { hearersIn } from './member-store.ts';
import { messageById, obstaclesTo, postingNext, saveMessage, sentEarlier } from './message-store.ts';
import { principalOf, threadIdOf } from './thread.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { lockingThread, lockThread, type ThreadKey } from './thread-store.ts';

const inputSchema = z
  .object({
    threadId: idSchema<'Thread'>().nullish(),
    ticketId: idSchema<'Ticket'>().nullish(),
    clientId: idSchema<'Client'>(),
    body: bodySchema,
    replyToId: idSchema<'Message'>().nullish(),
    prescriptionId: idSchema<'Prescription'>().nullish(),
    instructions: z.boolean().default(false),
    mentions: mentionsSchema,
    language: z.string().max(35).nullish(),
  })
  .refine(
    ({ threadId, ticketId }) => (threadId == null) !== (ticketId == null),
    'give either threadId or ticketId',
  )
  .refine(({ body, mentions }) => fitInto(body, mentions), misplaced);

interface Sender {
  readonly actor: Actor;
  readonly cause: Cause;
  readonly now: () => Date;
}

/**
 * Sends a message as this person, or answers with what the same client id sent before. By ticket, it waits a moment for
 * a thread that is still on its way.
 */
export async function sendMessage(
  database: Database,
  sender: Sender,
  input: unknown,
): Promise<Message | Refusal> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const {
    threadId,
    ticketId,
    clientId,
    body,
    replyToId = null,
    prescriptionId = null,
    instructions,
    mentions,
  } = checked;
  const language = checked.language ? languageOf(checked.language) : guessLanguage(body);
  const draft: Draft = { clientId, body, replyToId, prescriptionId, instructions, mentions, language };
  if (threadId) return post(database, sender, { threadId }, draft);
  const postByTicket = async () => {
    const sent = await post(database, sender, { ticketId: ticketId! }, draft);
    return sent === unknownThread ? null : sent;
  };
  return (await awaitCopy(postByTicket)) ?? unknownThread;
}

/** Tries again where two requests with one client id met: then the first one's message is there to be seen. */
async function post(
  database: Database,
  sender: Sender,
  key: ThreadKey,
  draft: Draft,
): Promise<Message | Refusal> {
  const attempt = () =>
    despiteDeadlock(
      async () =>
        (await postNext(database, sender, key, draft)) ?? decideAndPost(database, sender, key, draft),
    );
  return attempt()
    .catch((error: unknown) => (isTakenClientId(error) ? attempt() : Promise.reject(error)))
    .catch((error: unknown) => (isTakenClientId(error) ? otherContent() : Promise.reject(error)));
}

/**
 * What nearly always happens, in one round trip: the database itself finds the message to be new and stores it. Null:
 * it is not, nothing was stored, and somebody has to look why.
 */
async function postNext(
  database: Database,
  { actor, cause, now }: Sender,
  key: ThreadKey,
  draft: Draft,
): Promise<Message | null> {
  const threadId = 'threadId' in key ? key.threadId : threadIdOf(key.ticketId);
  const message = {
    ...draft,
    id: newId<'Message'>(),
    threadId,
    routing: routingOf(draft),
    senderId: principalOf(actor),
    sentBy: personBehind(actor),
    fingerprint: fingerprintOf(threadId, draft),
    sentAt: now(),
  };
  const statements = [lockingThread(threadId), postingNext(message, cause)];
  const [, posted] = await database.asActorAtOnce<Pick<Message, 'number' | 'replyTo'>>(
    actor,
    statements,
    ([, rows]) => rows!.length > 0,
  );
  const [numbers] = posted!;
  return numbers ? { ...message, ...numbers, ...firstVersion, kind: 'text', notice: null } : null;
}

/** The same with all that can be in the way, in two round trips: lock and look; decide; write and commit. */
function decideAndPost(
  database: Database,
  { actor, cause, now }: Sender,
  key: ThreadKey,
  draft: Draft,
): Promise<Message | Refusal> {
  return database.asActor(actor, async (tx) => {
    const sentAt = now();
    const threadId = 'threadId' in key ? key.threadId : threadIdOf(key.ticketId);
    const [thread, hearers, obstacles, earlier, answered] = await Promise.all([
      lockThread(tx, key),
      hearersIn(tx, threadId, sentAt),
      obstaclesTo(tx, threadId, personBehind(actor), draft.clientId),
      sentEarlier(tx, personBehind(actor), draft.clientId),
      draft.replyToId === null ? null : messageById(tx, draft.replyToId),
    ]);
    const author = { id: newId<'Message'>(), principalId: principalOf(actor), userId: personBehind(actor) };
    const decision = decideSending({ thread, earlier, answered, ...obstacles }, draft, author, sentAt);
    if (decision instanceof Refusal) return decision;
    if (decision.kind === 'new') saveMessage(tx, decision.thread, decision.message, { cause, hearers });
    return decision.message;
  });
}

// The same client id in another thread, at the same time or in one the sender may no longer see.
const isTakenClientId = (error: unknown): boolean =>
  (error as { constraint?: string }).constraint === 'message_sent_by_client_id_key';
