import type { Actor } from '@carethread/contracts/actor.ts';
import { type Connection, connection, idIn, pageOf } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';

/** The prescriptions of a patient, or by a doctor, newest first: ids are time-ordered. */
export async function listPrescriptions(
  context: Context,
  actor: Actor,
  args: { first: number; after?: string | null | undefined },
): Promise<Connection<Prescription>> {
  const { first, after } = pageOf(args, idIn);
  const own = actor.role === 'doctor' ? { doctorId: actor.userId } : { patientId: actor.userId };
  const found = await context.prisma.prescription.findMany({
    where: { ...own, ...(after !== null && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: first + 1,
    select: { id: true },
  });
  const loaded = await Promise.all(
    found.slice(0, first).map(({ id }) => context.reads.prescription.load(id)),
  );
  return connection(
    loaded.filter((each) => each !== null),
    ({ id }) => id,
    { hasNextPage: found.length > first, hasPreviousPage: after !== null },
  );
}
