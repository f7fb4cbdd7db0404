import type { Actor } from '@carethread/contracts/actor.ts';
import { isId } from '@carethread/contracts/ids.ts';
import { type Connection, connection, idIn, pageOf } from '@carethread/service-kit/page.ts';
import type { Context } from '../graphql/context.ts';
import type { Prescription } from '../prescription.ts';

/** The prescriptions of a patient, or by a doctor, newest first: ids are time-ordered. */
export async function listPrescriptions(
  context: Context,
  actor: Actor,
  args: PageWish,
): Promise<Connection<Prescription>> {
  const own = actor.role === 'doctor' ? { doctorId: actor.userId } : { patientId: actor.userId };
  return page(context, own, args);
}

/** The prescriptions of a patient, newest first, as far as the person who asks may see them. */
export const listPrescriptionsOf = (
  context: Context,
  patientId: string,
  args: PageWish,
): Promise<Connection<Prescription>> =>
  page(context, { patientId: isId(patientId) ? patientId : nobody }, args);

const nobody = '00000000-0000-0000-0000-000000000000';

interface PageWish {
  first: number;
  after?: string | null | undefined;
}

async function page(
  context: Context,
  whose: { doctorId: string } | { patientId: string },
  args: PageWish,
): Promise<Connection<Prescription>> {
  const { first, after } = pageOf(args, idIn);
  const found = await context.prisma.prescription.findMany({
    where: { ...whose, ...(after !== null && { id: { lt: after } }) },
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
