/** The clients of one run, in a process of their own: told by its parent what to do, answers what they heard. */
import { carethreadChat, type CarethreadChat } from './carethread-chat.ts';
import { load, type Load } from './load.ts';
import type { Room } from './rooms.ts';
import { xmppChat, type XmppChat } from './xmpp-chat.ts';

export interface Job {
  readonly chat: CarethreadChat | XmppChat;
  readonly rooms: readonly Room[];
  readonly load: Load;
}

process.once('message', ({ chat, rooms, load: wanted }: Job) => {
  const clients = chat.kind === 'carethread' ? carethreadChat(chat, rooms) : xmppChat(chat, rooms);
  load(clients, rooms, wanted).then(
    (heard) => process.send!({ kind: 'heard', heard }, () => process.exit(0)),
    (error: Error) => process.send!({ kind: 'failed', reason: error.stack }, () => process.exit(1)),
  );
});
