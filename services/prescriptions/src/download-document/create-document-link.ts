import { type Id, idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { signedIn } from '@carethread/service-kit/subgraph.ts';
import { z } from 'zod';
import { notFound } from '../change-prescription.ts';
import type { Context } from '../graphql/context.ts';
import { linkToken } from './link.ts';

const schema = z.object({ documentId: idSchema<'Document'>(), idempotencyKey: idSchema<'Command'>() });
const find = 'SELECT 1 FROM document WHERE id = $1';

export interface DocumentLink {
  url: string;
  expiresAt: Date;
}

/** A link to the document for the person who asks, for a short while. A repeat gets the same one. */
export async function createDocumentLink(context: Context, raw: unknown): Promise<DocumentLink | Refusal> {
  const input = checkInput(schema, raw);
  if (input instanceof Refusal) return input;
  const { documentId, idempotencyKey: key } = input;
  const { documents, database, now } = context;
  const actor = signedIn(context);
  const command = { actor, name: 'createDocumentLink', key, input: { documentId } };
  const made = await database.command(
    command,
    async (tx): Promise<{ id: Id<'Link'>; until: number } | Refusal> => {
      if ((await tx.query(find, [documentId])).length === 0) return notFound('documentId');
      return { id: newId<'Link'>(), until: Math.floor((now().getTime() + documents.linkLifeMs) / 1_000) };
    },
  );
  if (made instanceof Refusal) return made;
  const expiresAt = new Date(made.until * 1_000);
  const token = linkToken(documents.keys, { id: made.id, documentId, actor }, expiresAt);
  return { url: documents.downloadAddress(token), expiresAt };
}
