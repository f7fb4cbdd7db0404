import { roles } from '@carethread/contracts/actor.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import type { AskingActor } from '../asking.ts';
import { loadOrganisationKind } from '../organisation-store.ts';

/** An access token lives for ten minutes, so a session cannot be noticed to be idle sooner than this. */
const minutes = (maximum: number) =>
  z
    .int()
    .min(15, 'must be at least 15')
    .max(maximum, `must be at most ${maximum}`)
    .nullish()
    .transform((given) => given ?? null);
const day = 24 * 60;

const policyInput = z.object({
  idempotencyKey: idSchema(),
  organisationId: idSchema<'Organisation'>()
    .nullish()
    .transform((given) => given ?? null),
  role: z.string().toLowerCase().pipe(z.enum(roles)),
  mfaRequired: z.boolean(),
  idleMinutes: minutes(30 * day),
  lifetimeMinutes: minutes(90 * day),
  expectedVersion: z.int().min(0),
});

const load = `SELECT id, version FROM sign_in_policies
  WHERE role = $1 AND organisation_id IS NOT DISTINCT FROM $2 FOR UPDATE`;
const save = `INSERT INTO sign_in_policies
    (id, organisation_id, role, mfa_required, idle_minutes, lifetime_minutes, version)
  VALUES ($1, $2, $3, $4, $5, $6, $7)
  ON CONFLICT (role, organisation_id) DO UPDATE SET mfa_required = excluded.mfa_required,
    idle_minutes = excluded.idle_minutes, lifetime_minutes = excluded.lifetime_minutes, version = excluded.version
  WHERE sign_in_policies.version = excluded.version - 1
  RETURNING id`;

/** Says what is asked of sessions in a role, of one organisation or of all (null). Answers the policy's id. */
export async function setSignInPolicy(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: string } | Refusal> {
  const wish = checkInput(policyInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'setSignInPolicy', key, content }, async (tx) => {
    const { organisationId, role, mfaRequired, idleMinutes, lifetimeMinutes, expectedVersion } = wish;
    const [[current], kind] = await Promise.all([
      tx.query<{ id: string; version: number }>(load, [role, organisationId]),
      organisationId ? loadOrganisationKind(tx, organisationId) : 'every',
    ]);
    if (!kind)
      return refuse('NOT_FOUND', 'There is no such organisation.', { path: ['input', 'organisationId'] });
    const version = current?.version ?? 0;
    if (version !== expectedVersion) return staleVersion(expectedVersion, version);
    const id = current?.id ?? newId<'SignInPolicy'>();
    const saved = await tx.query(save, [
      id,
      organisationId,
      role,
      mfaRequired,
      idleMinutes,
      lifetimeMinutes,
      version + 1,
    ]);
    return saved.length > 0 ? { id } : refuse('CONFLICT', 'Somebody else has just set this.');
  });
}
