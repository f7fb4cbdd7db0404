import { setTimeout as wait } from 'node:timers/promises';
import type { Room } from './rooms.ts';

/** A chat system as its clients see it. */
export interface Chat {
  /** Connects everybody; whatever a person receives from others goes to `receive`. */
  connect(receive: (person: number, text: string) => void): Promise<void>;
  /** Sends as this person to the room. Resolves when the system has taken it, where it says so at all. */
  send(person: number, room: number, text: string): Promise<void>;
  close(): Promise<void>;
}

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
  /** Seconds at the beginning that are not counted. */
  readonly warmUp: number;
}

export interface Heard {
  /** Milliseconds from when a message was due to be sent until another member had it, one for each of them. */
  readonly delivered: number[];
  /** Milliseconds until the sender was answered. */
  readonly answered: number[];
  /** Texts that were sent, that the system said it took, and that somebody received. */
  readonly sent: string[];
  readonly taken: string[];
  readonly received: string[];
  /** Deliveries that should have come and did not within the patience of the end. */
  readonly missing: number;
}

const patienceMs = 30_000;

/**
 * Sends at a steady rate, whether or not answers come: a system that falls behind is measured from when a message was
 * due. Rooms take turns, and so do those in them.
 */
export async function load(
  chat: Chat,
  rooms: readonly Room[],
  { perSecond, seconds, warmUp }: Load,
): Promise<Heard> {
  const due = new Map<string, { at: number; counts: boolean; sender: number; left: number }>();
  const [delivered, answered]: [number[], number[]] = [[], []];
  const [sent, taken, received]: [string[], string[], Set<string>] = [[], [], new Set()];
  const seen = new Set<string>();
  await chat.connect((person, text) => {
    const message = due.get(text);
    // The sender's own devices hear of it, too.
    if (!message || message.sender === person || seen.has(`${person} ${text}`)) return;
    seen.add(`${person} ${text}`);
    received.add(text);
    message.left -= 1;
    if (message.counts) delivered.push(performance.now() - message.at);
  });
  process.send?.({ kind: 'begun' });
  const sendOne = async (n: number, at: number): Promise<void> => {
    const room = n % rooms.length;
    const members = rooms[room]!;
    const sender = members[Math.floor(n / rooms.length) % members.length]!;
    const counts = n >= perSecond * warmUp;
    const text = crypto.randomUUID();
    due.set(text, { at, counts, sender, left: members.length - 1 });
    sent.push(text);
    try {
      await chat.send(sender, room, text);
    } catch {
      // Not taken: what is said in the end is about those that were.
      return;
    }
    taken.push(text);
    if (counts) answered.push(performance.now() - at);
  };
  const total = perSecond * (warmUp + seconds);
  const startedAt = performance.now();
  for (let n = 0; n < total; n += 1) {
    const at = startedAt + (n * 1000) / perSecond;
    const early = at - performance.now();
    if (early > 0) await wait(early);
    if (n === perSecond * warmUp) process.send?.({ kind: 'warm' });
    void sendOne(n, at);
  }
  process.send?.({ kind: 'over' });
  const missing = () => [...due.values()].reduce((sum, { left }) => sum + left, 0);
  const end = performance.now() + patienceMs;
  while (missing() > 0 && performance.now() < end) await wait(100);
  return { delivered, answered, sent, taken, received: [...received], missing: missing() };
}
