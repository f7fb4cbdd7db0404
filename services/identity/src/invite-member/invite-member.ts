import { emit } from '@carethread/bus/outbox.ts';
import { permissions, roles } from '@carethread/contracts/actor.ts';
import { InvitationMade } from '@carethread/contracts/events/identity.ts';
import { idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { emailSchema } from '../email-address.ts';
import { checkInvitation, invitationLifeMs } from '../invitation.ts';
import { optionalNameSchema } from '../name.ts';
import { loadOrganisationKind } from '../organisation-store.ts';
import { oneTimeTokenHash } from '../tokens/one-time-token.ts';
import type { Tokens } from '../tokens/tokens.ts';

const inviteInput = z
  .object({
    idempotencyKey: idSchema(),
    email: emailSchema,
    organisationId: idSchema<'Organisation'>(),
    role: z.string().toLowerCase().pipe(z.enum(roles)),
    licenceNumber: optionalNameSchema(40),
    permissions: z
      .array(z.enum(permissions, `must be one of ${permissions.join(', ')}`))
      .nullish()
      .transform((given) => [...new Set(given)]),
  })
  .transform(({ permissions: extraPermissions, ...rest }) => ({ ...rest, extraPermissions }));

const insert = `INSERT INTO invitations (id, token_hash, email, organisation_id, role, licence_number,
    extra_permissions, invited_as, invited_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** Invites whoever owns an address to a membership. Answers the invitation's id and its token, which is not stored. */
export async function inviteMember(
  asking: AskingActor,
  tokens: Tokens,
  input: unknown,
): Promise<{ id: string; token: string } | Refusal> {
  const wish = checkInput(inviteInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  const { actor } = asking;
  const done = await administer(asking, { name: 'inviteMember', key, content }, async (tx) => {
    const now = asking.now();
    const kind = await loadOrganisationKind(tx, wish.organisationId);
    const forbidden = checkInvitation(wish, kind, actor);
    if (forbidden) return forbidden;
    const id = newId<'Invitation'>();
    const { email, organisationId, role, licenceNumber, extraPermissions } = wish;
    tx.send(insert, [
      id,
      oneTimeTokenHash(tokens.oneTime(id)),
      email,
      organisationId,
      role,
      licenceNumber,
      extraPermissions,
      actor.membershipId,
      now,
      new Date(now.getTime() + invitationLifeMs),
    ]);
    const data = { invitationId: id, organisationId, role };
    emit(tx, InvitationMade, { aggregateId: id, sequence: 1, data, ...originOf(asking) });
    return { id };
  });
  return done instanceof Refusal ? done : { id: done.id, token: tokens.oneTime(done.id) };
}
