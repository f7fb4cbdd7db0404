import { idSchema, type PrincipalId } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import type { ThreadRole } from './seating.ts';

/** A stretch of a text that means somebody, counted in UTF-16 code units of the text as stored. */
export interface Mention {
  readonly memberId: PrincipalId | null;
  /** Whoever has this role in the thread. */
  readonly role: ThreadRole | null;
  readonly start: number;
  readonly length: number;
}

const mentionSchema = z
  .object({
    memberId: idSchema<'User' | 'Organisation'>().nullish().default(null),
    role: z
      .enum(['PATIENT', 'DOCTOR', 'PHARMACY'])
      .transform((role) => role.toLowerCase() as ThreadRole)
      .nullish()
      .default(null),
    start: z.int().min(0),
    length: z.int().min(1),
  })
  .refine(({ memberId, role }) => (memberId === null) !== (role === null), 'give either memberId or role')
  .transform((mention): Mention => mention as Mention);

export const mentionsSchema = z.array(mentionSchema).max(50).default([]);

/** Whether all mentions lie within the text, in order, and none in another. */
export const fitInto = (body: string, mentions: readonly Mention[]): boolean =>
  mentions.every(
    ({ start, length }, at) =>
      start + length <= body.length &&
      (at === 0 || start >= mentions[at - 1]!.start + mentions[at - 1]!.length),
  );

/** What is wrong with mentions that do not, and where. */
export const misplaced = {
  message: 'must lie within the text, in order, and none in another',
  path: ['mentions'],
};

export const mentionedMembers = (mentions: readonly Mention[]): PrincipalId[] =>
  mentions.flatMap(({ memberId }) => memberId ?? []);
export const mentionedRoles = (mentions: readonly Mention[]): ThreadRole[] =>
  mentions.flatMap(({ role }) => role ?? []);

/** A member as far as announcing something to them goes. */
export interface Hearer {
  readonly principalId: PrincipalId;
  readonly role: ThreadRole;
  /** They muted the thread, and that has not ended. */
  readonly quiet: boolean;
}

/** To whom something is announced: who did not mute the thread, and who is mentioned. Never to who said it. */
export function announcedTo(
  hearers: readonly Hearer[],
  senderId: PrincipalId | null,
  mentions: readonly Mention[],
): { notifyIds: PrincipalId[]; mentionedIds: PrincipalId[] } {
  const others = hearers.filter(({ principalId }) => principalId !== senderId);
  const isMentioned = ({ principalId, role }: Hearer) =>
    mentions.some((mention) => mention.memberId === principalId || mention.role === role);
  const ids = (some: readonly Hearer[]) => some.map(({ principalId }) => principalId);
  return {
    notifyIds: ids(others.filter((hearer) => !hearer.quiet || isMentioned(hearer))),
    mentionedIds: ids(others.filter(isMentioned)),
  };
}

/** As stored: null where there are none. */
export const mentionsColumn = (mentions: readonly Mention[]): string | null =>
  mentions.length === 0 ? null : JSON.stringify(mentions);
