import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type UserId } from '@carethread/contracts/ids.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { statusOf } from '../delegation.ts';
import { loadDelegation } from '../delegation-store.ts';
import { actorOf, type Standing } from '../membership.ts';
import { isActive } from '../session.ts';
import { signInAgain, stateColumns, type StateRow, toState } from '../session-store.ts';
import type { LimitedToken, Tokens } from '../tokens/tokens.ts';

const actInput = z.object({
  delegationId: idSchema<'Delegation'>(),
  membershipId: idSchema<'Membership'>().nullish(),
});

const ownSession = `SELECT ${stateColumns} FROM sessions s JOIN memberships m ON m.id = s.membership_id
  WHERE s.id = $1`;
const placesOf = `SELECT id, user_id AS "userId", organisation_id AS "organisationId", role,
    extra_permissions AS "extraPermissions"
  FROM memberships WHERE user_id = $1 AND role = 'patient' AND ended_at IS NULL ORDER BY granted_at, id`;

/**
 * A token with the patient's rights that names the person who holds it. It belongs to that person's session and ends
 * with it, with the delegation, and with the patient's membership.
 */
export async function actAsProxy(
  asking: AskingActor,
  tokens: Tokens,
  input: unknown,
): Promise<LimitedToken | Refusal> {
  const wish = checkInput(actInput, input);
  if (wish instanceof Refusal) return wish;
  const { userId, sessionId } = asking.actor;
  const now = asking.now();
  const found = await asking.database.asActor<{ actor: Actor; endsAt: Date } | Refusal>(
    asking.actor,
    async (tx) => {
      const [[session], delegation] = await Promise.all([
        tx.query<StateRow>(ownSession, [sessionId]),
        loadDelegation(tx, wish.delegationId),
      ]);
      if (!session || !isActive(toState(session), now)) return signInAgain();
      if (!delegation || delegation.delegateId !== userId || statusOf(delegation, now) !== 'active')
        return refuse('NOT_FOUND', 'There is no such delegation, or it has ended.', {
          path: ['input', 'delegationId'],
        });
      const place = await placeOf(tx, delegation.patientId, wish.membershipId ?? null);
      if (place instanceof Refusal) return place;
      const { id: delegationId, scopes: proxyScopes, endsAt } = delegation;
      return { actor: { ...actorOf(place, sessionId), proxyId: userId, delegationId, proxyScopes }, endsAt };
    },
  );
  return found instanceof Refusal ? found : tokens.limited(found.actor, found.endsAt);
}

async function placeOf(tx: Tx, patientId: UserId, wanted: string | null): Promise<Standing | Refusal> {
  const places = await tx.query<Standing>(placesOf, [patientId]);
  const place = wanted === null ? places[0] : places.find(({ id }) => id === wanted);
  return (
    place ?? refuse('NOT_FOUND', 'The patient has no such membership.', { path: ['input', 'membershipId'] })
  );
}
