import { type Asker, personBehind, principalOf } from './asker.ts';

export interface ThreadFacts {
  /** Principals who are members now. */
  memberIds: readonly string[];
}

/** A conversation is its members' alone: neither shared with a clinic nor opened in an emergency. */
const isMember = (asker: Asker, { memberIds }: ThreadFacts): boolean => {
  const principal = principalOf(asker);
  return principal !== null && memberIds.includes(principal);
};

export const threadPolicy = { read: isMember, change: isMember };

export const messagePolicy = {
  read: isMember,
  /** In one's own name, signed by the person at the keyboard. */
  create: (
    asker: Asker,
    { thread, senderId, sentBy }: { thread: ThreadFacts; senderId: string; sentBy: string },
  ): boolean => isMember(asker, thread) && senderId === principalOf(asker) && sentBy === personBehind(asker),
};

/** Markers and counters of a member: seen and moved on by whoever is in the thread, and by itself while it has not left. */
const seesMember = (
  asker: Asker,
  member: { thread: ThreadFacts; principalId: string; hasLeft: boolean },
): boolean =>
  (!member.hasLeft && member.principalId === principalOf(asker)) || isMember(asker, member.thread);

export const memberPolicy = { read: seesMember, change: seesMember };

export const inboxPolicy = {
  read: (asker: Asker, { principalId }: { principalId: string }): boolean =>
    principalId === principalOf(asker),
};
