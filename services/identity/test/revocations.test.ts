import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actorIn, demoMembershipId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

const revocations = async () =>
  (await fetch(`http://127.0.0.1:${identity.service.port}/revocations`)).json() as Promise<{
    endedIds: string[];
    membershipIds: string[];
  }>;

describe('what a gateway that was not there asks for', () => {
  it('are the sessions and memberships that ended while tokens of theirs may live', async () => {
    const { session } = await identity.signIn('patient');
    const actor = actorIn(session!.accessToken);
    expect(await revocations()).toEqual({ endedIds: [], membershipIds: [] });
    await identity.query(actor, 'mutation { signOut { userErrors { code } } }');
    await identity.sql('UPDATE memberships SET ended_at = $2 WHERE id = $1', [
      demoMembershipId('doctor'),
      identity.now(),
    ]);
    expect(await revocations()).toEqual({
      endedIds: [actor.sessionId],
      membershipIds: [demoMembershipId('doctor')],
    });
    identity.later(15 * 60_000);
    expect(await revocations()).toEqual({ endedIds: [], membershipIds: [] });
  });
});
