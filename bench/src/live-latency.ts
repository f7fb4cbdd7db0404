import type { Client } from '@carethread/system-tests/client.ts';
import { timingOf, type Timing } from './measure.ts';

/** From sending a message over HTTP to the other member's WebSocket, one at a time, body and sender included. */
export async function messageToSocket(
  sender: Client,
  receiver: Client,
  threadId: string,
  count: number,
): Promise<{ delivered: Timing; answered: Timing }> {
  const live = receiver.watch(
    `subscription M($id: ID!) { messageEvents(threadId: $id) { ... on MessageAdded { message { id body } } } }`,
    { id: threadId },
  );
  const send = (clientId: string) =>
    sender.change('sendMessage', { threadId, clientId, body: clientId }, 'message { id }');
  const arrived = (clientId: string) =>
    live.until(({ messageEvents }) => messageEvents.message?.body === clientId, 'the message on the socket');
  await warmUp(send, arrived);
  const delivered: number[] = [];
  const answered: number[] = [];
  const startedAt = performance.now();
  for (let n = 0; n < count; n++) {
    const clientId = crypto.randomUUID();
    live.seen.length = 0;
    const from = performance.now();
    const answer = send(clientId).then(() => answered.push(performance.now() - from));
    await arrived(clientId);
    delivered.push(performance.now() - from);
    await answer;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  live.stop();
  return { delivered: timingOf(delivered, seconds), answered: timingOf(answered, seconds) };
}

/** The subscription may not stand yet when the first messages are sent: goes on until one arrives, then fifty more. */
async function warmUp(send: (id: string) => Promise<unknown>, arrived: (id: string) => Promise<unknown>) {
  for (let tries = 0; ; tries++) {
    const id = crypto.randomUUID();
    await send(id);
    const came = await Promise.race([
      arrived(id).then(
        () => true,
        () => false,
      ),
      new Promise<false>((resolve) => setTimeout(resolve, 500, false)),
    ]);
    if (came) break;
    if (tries > 20) throw new Error('No message arrives on the socket.');
  }
  for (let n = 0; n < 50; n++) {
    const id = crypto.randomUUID();
    await send(id);
    await arrived(id);
  }
}
