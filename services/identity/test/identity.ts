import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import jwt from 'jsonwebtoken';
import { demoData, demoPassword } from '../src/demo/demo-people.ts';
import { demoMembershipId, demoOrganisationId, demoUserId, seedDemo } from '../src/demo/seed.ts';
import { actorOf } from '../src/membership.ts';
import { type Harness, startHarness } from './harness.ts';

/** The service with the demonstration's people in it and a clock that tests set. */
export async function startIdentity() {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const harness = await startHarness({ now });
  await seedDemo(harness.admin, 2, now());
  return {
    ...harness,
    /** Lets time pass for the service; the database's own clock goes on as it does. */
    later: (milliseconds: number) => void (ahead += milliseconds),
    signIn: (login: string, more: object = {}) => signIn(harness, login, more),
    /** Returns once a statement of the service waits for a lock. */
    async untilSomebodyWaits() {
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      while ((await harness.sql(waiting)).length === 0) await new Promise(setImmediate);
    },
    /** Events as they were written, whether published by now or not. */
    events: (type: string) =>
      harness.sql<{ aggregate_id: string; sequence: number; payload: unknown; actor_id: string | null }>(
        `SELECT aggregate_id, sequence, payload, actor_id FROM (
           SELECT * FROM bus.outbox UNION ALL SELECT * FROM bus.event_log) all_events
         WHERE type = $1 ORDER BY occurred_at`,
        [`identity.${type}.v1`],
      ),
  };
}
export type Identity = Awaited<ReturnType<typeof startIdentity>>;

export { demoMembershipId, demoOrganisationId, demoPassword, demoUserId };

/** A person of the demonstration, as the gateway would say it. */
export function demoActor(login: string): Actor {
  const person = demoData(2).people.find((each) => each.login === login);
  if (!person) throw new Error(`Nobody in the demonstration is called ${login}.`);
  const standing = {
    id: demoMembershipId(login),
    userId: demoUserId(login),
    organisationId: demoOrganisationId(person.at),
    role: person.role,
    extraPermissions: [],
  };
  return actorOf(standing, newId());
}

const signInMutation = `mutation ($input: SignInInput!) { signIn(input: $input) {
  session { accessToken refreshToken expiresAt user { id email } membership { id role } memberships { id } }
  userErrors { code message path } } }`;

async function signIn({ as }: Harness, login: string, more: object) {
  const input = { email: `${login}@demo.example`, password: demoPassword, ...more };
  const { data, errors } = await as(null).graphql(signInMutation, { input });
  if (errors) throw new Error(JSON.stringify(errors));
  return data.signIn as {
    session: Tokens | null;
    userErrors: { code: string; message: string; path: string[] }[];
  };
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
  user: { id: string; email: string };
  membership: { id: string; role: string };
  memberships: { id: string }[];
}

/** Whom an access token speaks for. */
export function actorIn(accessToken: string): Actor {
  const { sub, mid, org, role, perms, sid } = jwt.decode(accessToken) as Record<string, never>;
  return {
    userId: sub!,
    membershipId: mid!,
    organisationId: org!,
    role: role!,
    permissions: perms!,
    sessionId: sid!,
  };
}
