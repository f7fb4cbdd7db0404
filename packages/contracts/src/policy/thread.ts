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

/** Words somebody has not sent yet. */
export const draftPolicy = {
  read: (asker: Asker, { thread, userId }: { thread: ThreadFacts; userId: string }): boolean =>
    userId === personBehind(asker) && isMember(asker, thread),
};

export interface StaffedThreadFacts extends ThreadFacts {
  /** Members now that are not the patient. */
  staffIds: readonly string[];
}

const isStaff = (asker: Asker, { staffIds }: StaffedThreadFacts): boolean => {
  const principal = principalOf(asker);
  return principal !== null && staffIds.includes(principal);
};

/** What a message said before: for its author and for staff. */
export const revisionPolicy = {
  read: (asker: Asker, { thread, sentBy }: { thread: StaffedThreadFacts; sentBy: string }): boolean =>
    isStaff(asker, thread) || (isMember(asker, thread) && sentBy === personBehind(asker)),
};

/** What staff write beside a thread: the patient never learns of it, nor does a proxy. */
export const notePolicy = {
  read: (asker: Asker, { thread }: { thread: StaffedThreadFacts }): boolean => isStaff(asker, thread),
  change: (asker: Asker, { thread, sentBy }: { thread: StaffedThreadFacts; sentBy: string }): boolean =>
    isStaff(asker, thread) && sentBy === asker.userId,
};

/** Whoever reports a message sees what became of that, also after they left. */
export const reportPolicy = {
  read: (asker: Asker, { reportedBy }: { reportedBy: string }): boolean => reportedBy === personBehind(asker),
  create: (asker: Asker, { reportedBy, thread }: { reportedBy: string; thread: ThreadFacts }): boolean =>
    reportedBy === personBehind(asker) && isMember(asker, thread),
};

/** What is found in a search: for whoever may read it, who also writes it. */
export const searchEntryPolicy = {
  read: (asker: Asker, { readerIds }: { readerIds: readonly string[] }): boolean => {
    const principal = principalOf(asker);
    return principal !== null && readerIds.includes(principal);
  },
};

/** What is about one person: that they may not send, or which client ids they have used. */
export const personalPolicy = {
  read: (asker: Asker, { userId }: { userId: string }): boolean => userId === personBehind(asker),
};
