import { idSchema, type MembershipId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { decideEnd } from '../membership.ts';
import { loadMembership, saveEnded } from '../membership-store.ts';
import { revokeSessionsIn } from '../session-store.ts';

const endMembershipInput = z.object({
  idempotencyKey: idSchema(),
  membershipId: idSchema<'Membership'>(),
  expectedVersion: z.int(),
});

/** Ends a membership and the sessions that act in it. Answers the membership's id. */
export async function endMembership(
  asking: AskingActor,
  input: unknown,
): Promise<{ id: MembershipId } | Refusal> {
  const wish = checkInput(endMembershipInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name: 'endMembership', key, content }, async (tx) => {
    const now = asking.now();
    const current = await loadMembership(tx, wish.membershipId);
    const ended = decideEnd(current, wish.expectedVersion, asking.actor, now);
    if (ended instanceof Refusal) return ended;
    saveEnded(tx, ended, originOf(asking));
    await revokeSessionsIn(tx, ended.id, now, originOf(asking));
    return { id: ended.id };
  });
}
