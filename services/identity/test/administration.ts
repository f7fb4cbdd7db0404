import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { demoActor, demoOrganisationId, type Identity } from './identity.ts';

const results = {
  registerOrganisation: 'organisation { id name kind city timeZone jurisdiction }',
  registerUser: 'user { id displayName givenName familyName email memberships { id } }',
  grantMembership:
    'membership { id role licenceNumber permissions endedAt version user { id } organisation { id } }',
  endMembership: 'membership { id endedAt version }',
};
export type Mutation = keyof typeof results;
export const mutations = Object.keys(results) as Mutation[];

export const clinic = {
  kind: 'CLINIC',
  name: 'Riverside Clinic',
  city: 'Salem',
  timeZone: 'America/Los_Angeles',
  jurisdiction: 'US-OR',
};

/** Somebody new. */
export const person = () => ({
  email: `${newId()}@demo.example`,
  password: 'a good long password',
  displayName: 'Dr Ada Brandt',
  givenName: 'Ada',
  familyName: 'Brandt',
});

export const refusal = (code: string, field?: string) => ({
  userErrors: [{ code, ...(field && { path: ['input', field] }) }],
});

/** What an administrator does, sent as the demonstration's one unless another actor is given. */
export function administration(identity: () => Identity) {
  async function send(mutation: Mutation, input: object, actor: Actor = demoActor('admin')) {
    const { data, errors } = await identity().ask(actor, mutationText(mutation, results[mutation]), {
      input: { idempotencyKey: newId(), ...input },
    });
    return { ...data?.[mutation], errors };
  }
  return {
    send,
    register: async (): Promise<string> => (await send('registerUser', person())).user.id,
    grant: (userId: string, more: object = {}) =>
      send('grantMembership', {
        userId,
        organisationId: demoOrganisationId('harbour-clinic'),
        role: 'DOCTOR',
        ...more,
      }),
  };
}
