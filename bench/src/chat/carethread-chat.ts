import { setTimeout as wait } from 'node:timers/promises';
import type { Data } from '@carethread/system-tests/client.ts';
import { type Client, createClient } from 'graphql-ws';
import { Agent, request } from 'undici';
import WebSocket from 'ws';
import type { Chat } from './load.ts';
import type { Room } from './rooms.ts';

export interface CarethreadChat {
  readonly kind: 'carethread';
  readonly url: string;
  /** Of each person. */
  readonly tokens: readonly string[];
  /** Of each room. */
  readonly threadIds: readonly string[];
}

const follow = `subscription M($id: ID!, $after: Int) { messageEvents(threadId: $id, after: $after) {
  __typename ... on MessageAdded { cursor message { id body } } } }`;
const send = `mutation S($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;

/** Everybody with a WebSocket of their own that follows their thread; messages are sent over HTTP, as apps do. */
export function carethreadChat(
  { url, tokens, threadIds }: Pick<CarethreadChat, 'url' | 'tokens' | 'threadIds'>,
  rooms: readonly Room[],
): Chat {
  const sockets: Client[] = [];
  const agent = new Agent({ connections: 64, headersTimeout: 60_000 });
  let closing = false;

  /** Follows a thread, again from where it was whenever it ends. Resolves when the gateway has let it in. */
  function followThread(socket: Client, threadId: string, hear: (text: string) => void): void {
    let cursor: number | null = null;
    const again = () => {
      if (!closing) setTimeout(begin, 200);
    };
    const begin = () => {
      socket.subscribe<{
        messageEvents: { __typename: string; cursor?: number; message?: { body: string } };
      }>(
        { query: follow, variables: { id: threadId, after: cursor } },
        {
          next({ data }) {
            const event = data?.messageEvents;
            if (event?.cursor !== undefined) cursor = event.cursor;
            if (event?.message) hear(event.message.body);
          },
          error: again,
          complete: again,
        },
      );
    };
    begin();
  }

  async function ask(person: number, query: string, variables: object): Promise<Data> {
    const { body } = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[person]}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await body.json()) as { data: Data; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  const say = async (person: number, room: number, text: string) => {
    const input = { threadId: threadIds[room], clientId: crypto.randomUUID(), body: text };
    const { sendMessage } = await ask(person, send, { input });
    if (sendMessage.userErrors.length > 0) throw new Error(JSON.stringify(sendMessage.userErrors));
  };

  return {
    async connect(receive) {
      const waiting = new Map<string, Set<number>>();
      for (const [room, members] of rooms.entries())
        for (const person of members) {
          const socket = createClient({
            url: url.replace(/^http/, 'ws'),
            webSocketImpl: WebSocket,
            connectionParams: { authorization: `Bearer ${tokens[person]}` },
            lazy: false,
            retryAttempts: 1_000,
            shouldRetry: () => true,
          });
          sockets.push(socket);
          followThread(socket, threadIds[room]!, (text) => {
            waiting.get(text)?.delete(person);
            receive(person, text);
          });
        }
      // A subscription tells nobody that it stands: one message in each room, again until all have heard one.
      const greet = async (members: Room, room: number) => {
        const heard = new Set(members);
        for (let tries = 0; heard.size > 0; tries += 1) {
          if (tries === 60) throw new Error(`Room ${room} does not hear what is said in it.`);
          const text = `hello ${room} ${tries}`;
          waiting.set(text, heard);
          // While hundreds connect, one may be answered that the platform is busy.
          await say(members[0]!, room, text).catch(() => {});
          for (let n = 0; n < 10 && heard.size > 0; n += 1) await wait(100);
        }
      };
      const queue = [...rooms.entries()];
      const lane = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) await greet(next[1], next[0]);
      };
      await Promise.all(Array.from({ length: 8 }, lane));
    },
    send: say,
    async close() {
      closing = true;
      for (const socket of sockets) await socket.dispose();
      await agent.destroy();
    },
  };
}
