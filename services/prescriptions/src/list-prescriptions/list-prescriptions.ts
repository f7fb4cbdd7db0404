import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import { GraphQLError } from 'graphql';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';

export interface Page {
  edges: { cursor: string; node: Prescription }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** The prescriptions of a patient, or by a doctor, newest first: ids are time-ordered. */
export async function listPrescriptions(
  context: Context,
  actor: Actor,
  { first, after }: { first: number; after?: string | null },
): Promise<Page> {
  if (first < 1 || first > 100) throw badInput(`A page has 1 to 100 entries, not ${first}.`);
  const before = after ? positionIn(after) : null;
  const own = actor.role === 'doctor' ? { doctorId: actor.userId } : { patientId: actor.userId };
  const found = await context.prisma.prescription.findMany({
    where: { ...own, ...(before && { id: { lt: before } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    select: { id: true },
  });
  const loaded = await Promise.all(
    found.slice(0, first).map(({ id }) => context.reads.prescription.load(id)),
  );
  const edges = loaded.flatMap((node) => (node ? [{ cursor: cursorOf(node.id), node }] : []));
  return {
    edges,
    pageInfo: {
      hasNextPage: found.length > first,
      hasPreviousPage: before !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

const badInput = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
const cursorOf = (id: string) => Buffer.from(id).toString('base64url');

function positionIn(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id)) throw badInput('This is not a cursor of this list.');
  return id;
}
