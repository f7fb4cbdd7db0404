import { inTransaction } from '@carethread/bus/transaction.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import type pg from 'pg';
import { z } from 'zod';
import type { Origin } from '../asking.ts';
import { emailSchema } from '../email-address.ts';
import { firstMembership } from '../membership.ts';
import { saveGranted } from '../membership-store.ts';
import { nameSchema } from '../name.ts';
import { organisationFields } from '../organisation.ts';
import { insertOrganisation } from '../organisation-store.ts';
import { hashPassword, newPasswordSchema } from '../password.ts';
import { insertNewUser } from '../user-store.ts';

const setUpInput = z.object({
  organisation: z.object(organisationFields),
  administrator: z.object({ email: emailSchema, displayName: nameSchema(120), password: newPasswordSchema }),
});

const oneAtATime = `SELECT pg_advisory_xact_lock(hashtext('identity.set_up'))`;
const anAdministrator = `SELECT id FROM memberships WHERE role = 'administrator' AND ended_at IS NULL LIMIT 1`;
const nobody: Origin = { actorId: null, correlationId: null, traceparent: null };

/**
 * Gives an installation that has no administrator an operator and one administrator, who can register everybody else.
 * `owner` is a pool of the role that owns the database.
 */
export async function setUp(owner: pg.Pool, input: unknown, now: Date): Promise<{ email: string } | Refusal> {
  const wish = checkInput(setUpInput, input);
  if (wish instanceof Refusal) return wish;
  const { password, email, displayName } = wish.administrator;
  const passwordHash = await hashPassword(password);
  return inTransaction(owner, async (tx) => {
    tx.send(oneAtATime);
    if ((await tx.query(anAdministrator)).length > 0)
      return refuse('NOT_ALLOWED', 'There is an administrator already: let them register the next one.');
    const organisation = { id: newId<'Organisation'>(), kind: 'operator', ...wish.organisation } as const;
    await insertOrganisation(tx, organisation, nobody);
    const user = { id: newId<'User'>(), email, passwordHash, displayName, givenName: null, familyName: null };
    if (!(await insertNewUser(tx, user))) throw new Error('Somebody else has this e-mail address.');
    const membership = firstMembership(
      {
        id: newId<'Membership'>(),
        userId: user.id,
        organisationId: organisation.id,
        role: 'administrator',
        licenceNumber: null,
        extraPermissions: [],
      },
      now,
    );
    await saveGranted(tx, membership, nobody);
    return { email };
  });
}
