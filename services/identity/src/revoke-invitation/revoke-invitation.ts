import { emit } from '@carethread/bus/outbox.ts';
import { InvitationEnded } from '@carethread/contracts/events/identity.ts';
import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { checkRevoking, type InvitationState } from '../invitation.ts';

const revokeInput = z.object({
  idempotencyKey: idSchema(),
  invitationId: idSchema<'Invitation'>(),
  expectedVersion: z.int(),
});
const load = `SELECT version, accepted_at AS "acceptedAt", revoked_at AS "revokedAt" FROM invitations
  WHERE id = $1 FOR UPDATE`;
const save = 'UPDATE invitations SET revoked_at = $2, version = $3 WHERE id = $1';

/** Takes an invitation back. Answers its id. */
export async function revokeInvitation(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: string } | Refusal> {
  const wish = checkInput(revokeInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'revokeInvitation', key, content }, async (tx) => {
    const [invitation] = await tx.query<InvitationState>(load, [wish.invitationId]);
    const forbidden = checkRevoking(invitation ?? null, wish.expectedVersion);
    if (forbidden) return forbidden;
    const version = wish.expectedVersion + 1;
    tx.send(save, [wish.invitationId, asking.now(), version]);
    const data = { invitationId: wish.invitationId, accepted: false };
    emit(tx, InvitationEnded, {
      aggregateId: wish.invitationId,
      sequence: version,
      data,
      ...originOf(asking),
    });
    return { id: wish.invitationId };
  });
}
