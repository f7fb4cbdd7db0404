import { type Actor, actorSchema } from '@carethread/contracts/actor.ts';
import { type DocumentId, idSchema, type Id } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import type { DocumentKeys } from '../document-keys.ts';

/** One person's permission to fetch one document for a short while. */
export interface Link {
  id: Id<'Link'>;
  documentId: DocumentId;
  /** Who asked for it, acting as what: the link is used as this person and lets nobody do more. */
  actor: Actor;
}

const purpose = { type: 'ct-download+jwt', audience: 'carethread-download' };
const claimsSchema = z.object({
  jti: idSchema<'Link'>(),
  documentId: idSchema<'Document'>(),
  actor: actorSchema,
});

/** The link as a text for an address. It holds ids and no names. */
export const linkToken = (keys: DocumentKeys, { id, documentId, actor }: Link, expiresAt: Date): string => {
  const { stepUp: _, ...plain } = actor;
  return keys.sign(purpose, { jti: id, documentId, actor: { ...plain, permissions: [] } }, expiresAt);
};

/** The link a text stands for; null when it is none of ours, was changed, or has ended. */
export function readLink(keys: DocumentKeys, token: string, now: Date): Link | null {
  const claims = claimsSchema.safeParse(keys.read(purpose, token, now));
  if (!claims.success) return null;
  const { jti: id, documentId, actor } = claims.data;
  return { id, documentId, actor };
}
