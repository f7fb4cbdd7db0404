import type { Actor } from '@carethread/contracts/actor.ts';
import { actingAs } from '@carethread/service-kit/actor-context.ts';
import DataLoader from 'dataloader';
import { invitationFields } from './graphql/invitation-fields.ts';
import { passkeyFields } from './factors/passkey-fields.ts';
import type { Prisma, PrismaClient } from './generated/prisma/client.ts';
import { consentsOf } from './list-consents/list-consents.ts';

/** What a service account is read with. */
export const accountParts = {
  user: true,
  keys: { orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] },
} satisfies Prisma.ServiceAccountInclude;
export type ServiceAccountRow = Prisma.ServiceAccountGetPayload<{ include: typeof accountParts }>;

export type Reader = ReturnType<typeof readerFor>;

/**
 * All reads of one request, as one person. Row security decides what there is to find, so nothing here asks again who may
 * see it. Ids that come together are looked up together.
 */
export function readerFor(prisma: PrismaClient, actor: Actor | null) {
  /** Awaited inside, because Prisma runs a query when it is awaited and not when it is made. */
  const read = <Result>(query: (prisma: PrismaClient) => Promise<Result>): Promise<Result> =>
    actingAs(actor, async () => await query(prisma));

  const users = byId((ids) => read((db) => db.user.findMany({ where: { id: { in: ids } } })));
  const organisations = byId((ids) => read((db) => db.organisation.findMany({ where: { id: { in: ids } } })));
  const memberships = byId((ids) => read((db) => db.membership.findMany({ where: { id: { in: ids } } })));
  const emails = new DataLoader(async (userIds: readonly string[]) => {
    const rows = await read((db) => db.emailAddress.findMany({ where: { userId: { in: [...userIds] } } }));
    return userIds.map((id) => rows.find((row) => row.userId === id)?.email ?? null);
  });
  const membershipsOf = new DataLoader(async (userIds: readonly string[]) => {
    const where = { userId: { in: [...userIds] } };
    const rows = await read((db) =>
      db.membership.findMany({ where, orderBy: [{ grantedAt: 'asc' }, { id: 'asc' }] }),
    );
    return userIds.map((id) => rows.filter((row) => row.userId === id));
  });

  return {
    actor,
    read,
    user: (id: string) => users.load(id),
    organisation: (id: string) => organisations.load(id),
    membership: (id: string) => memberships.load(id),
    /** Null when the person has none or the reader may not know it. */
    emailOf: (userId: string) => emails.load(userId),
    /** Those the reader may know, oldest first. */
    membershipsOf: (userId: string) => membershipsOf.load(userId),
    /** One's own. */
    passkey: (id: string) => read((db) => db.passkey.findUnique({ where: { id }, select: passkeyFields })),
    invitation: (id: string) =>
      read((db) => db.invitation.findUnique({ where: { id }, select: invitationFields })),
    signInPolicy: (id: string) => read((db) => db.signInPolicy.findUnique({ where: { id } })),
    serviceAccount: (userId: string) =>
      read((db) => db.serviceAccount.findUnique({ where: { userId }, include: accountParts })),
    delegation: (id: string) => read((db) => db.delegation.findUnique({ where: { id } })),
    emergencyAccess: (id: string) => read((db) => db.emergencyAccess.findUnique({ where: { id } })),
    /** The actor's own. */
    consents: async () => {
      const patientId = actor?.userId ?? '';
      const orderBy = [{ consentId: 'asc' as const }, { number: 'asc' as const }];
      const rows = await read((db) => db.consentDecision.findMany({ where: { patientId }, orderBy }));
      return consentsOf(patientId, rows);
    },
    permissionSet: (id: string) => read((db) => db.permissionSet.findUnique({ where: { id } })),
    /** Those in force that the reader may know. */
    permissionSetsOf: (membershipId: string) =>
      read((db) =>
        db.permissionSet.findMany({
          where: { endedAt: null, members: { some: { membershipId } } },
          orderBy: [{ name: 'asc' }, { id: 'asc' }],
        }),
      ),
    session: (id: string) => read((db) => db.session.findUnique({ where: { id } })),
  };
}

const byId = <Row extends { id: string }>(find: (ids: string[]) => Promise<Row[]>) =>
  new DataLoader<string, Row | null>(async (ids) => {
    const rows = new Map((await find([...ids])).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
