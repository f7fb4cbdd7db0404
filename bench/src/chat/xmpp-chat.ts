import { client, type Client, xml } from '@xmpp/client';
import type { Chat } from './load.ts';
import type { Room } from './rooms.ts';

export interface XmppChat {
  readonly kind: 'xmpp';
  readonly service: string;
  readonly domain: string;
  readonly password: string;
}

const nameOf = (person: number) => `p${person}`;
const mucProtocol = 'http://jabber.org/protocol/muc';

/** Everybody with a connection of their own; pairs chat directly, three meet in a room (XEP-0045). */
export function xmppChat(
  { service, domain, password }: Omit<XmppChat, 'kind'>,
  rooms: readonly Room[],
): Chat {
  const clients: Client[] = [];
  const roomAddress = (room: number) => `r${room}@conference.${domain}`;

  async function connectOne(
    person: number,
    room: number | null,
    receive: (person: number, text: string) => void,
  ): Promise<void> {
    const connection = client({ service, domain, username: nameOf(person), password, resource: 'bench' });
    clients[person] = connection;
    connection.on('error', () => {});
    let joined: (() => void) | undefined;
    connection.on('stanza', (stanza) => {
      if (stanza.is('presence') && stanza.attrs['from'] === `${roomAddress(room ?? -1)}/${nameOf(person)}`)
        joined?.();
      if (!stanza.is('message')) return;
      const text = stanza.getChildText('body');
      // A room sends everybody's own words back to them.
      if (text && !String(stanza.attrs['from']).endsWith(`/${nameOf(person)}`)) receive(person, text);
    });
    const enter = async () => {
      await connection.send(xml('presence'));
      if (room === null) return;
      const inside = new Promise<void>((resolve) => (joined = resolve));
      const to = `${roomAddress(room)}/${nameOf(person)}`;
      await connection.send(
        xml('presence', { to }, xml('x', { xmlns: mucProtocol }, xml('history', { maxstanzas: '0' }))),
      );
      await inside;
    };
    await connection.start();
    await enter();
    connection.on('online', () => void enter().catch(() => {}));
  }

  return {
    async connect(receive) {
      // A few at a time: signing in is not what is measured.
      const queue = rooms.flatMap((members, room) =>
        members.map((person) => ({ person, room: members.length > 2 ? room : null })),
      );
      const lane = async () => {
        for (let next = queue.shift(); next; next = queue.shift())
          await connectOne(next.person, next.room, receive);
      };
      await Promise.all(Array.from({ length: 16 }, lane));
    },
    async send(person, room, text) {
      const members = rooms[room]!;
      const body = xml('body', {}, text);
      const [to, type] =
        members.length > 2
          ? [roomAddress(room), 'groupchat']
          : [`${nameOf(members.find((other) => other !== person)!)}@${domain}`, 'chat'];
      // Accepted by the connection: XMPP has no answer that says a message is stored.
      await clients[person]!.send(xml('message', { to, type, id: text }, body));
    },
    close: async () => void (await Promise.all(clients.map((each) => each.stop().catch(() => {})))),
  };
}
