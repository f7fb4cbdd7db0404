import { resolve } from 'node:path';
import type { Actor } from '@carethread/contracts/actor.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { readIdentityConfig } from '../src/config.ts';
import { demoData, demoPassword } from '../src/demo/demo-people.ts';
import { demoMembershipId, demoOrganisationId, demoUserId, seedDemo } from '../src/demo/seed.ts';
import { actorOf } from '../src/membership.ts';
import { createIdentityService } from '../src/service.ts';

/** What seals the signing keys of the services under test. */
export const keyEncryptionKey = Buffer.alloc(32, 7);

/** The service without any people, on the given clock. */
export const startEmpty = (now = () => new Date(), more: Record<string, string> = {}): Promise<TestService> =>
  startTestService(
    'identity',
    resolve(import.meta.dirname, '..'),
    (env) => createIdentityService(readIdentityConfig(env), { now }),
    { KEY_ENCRYPTION_KEY: keyEncryptionKey.toString('base64'), ...more },
  );

/** The service with the demonstration's people in it and a clock that tests set. */
export async function startIdentity(env: Record<string, string> = {}) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const service = await startEmpty(now, env);
  const owner = new pg.Pool({ connectionString: service.loginUrl('owner'), pipeline: true });
  await seedDemo(owner, 2, now());
  await owner.end();
  return {
    ...service,
    /** What the service takes for the time. */
    now,
    /** Lets time pass for the service; the database's own clock goes on as it does. */
    later: (milliseconds: number) => void (ahead += milliseconds),
    signIn: (login: string, more: object = {}) => signIn(service, login, more),
    /** What the audit says was done with this, by whom and why, in the record of this patient. */
    async onRecord(kind: string, id: string, patientId: string): Promise<string[]> {
      await service.drain();
      const rows = await service.sql<{ what: string }>(
        `SELECT DISTINCT concat_ws(' ', action, user_id, purpose) AS what FROM audit.access
         WHERE kind = $1 AND $2 = ANY (entity_ids) AND patient_id = $3 ORDER BY 1`,
        [kind, id, patientId],
      );
      return rows.map(({ what }) => what);
    },
    /** Holds the rows this query locks until `meanwhile` has sent so many statements that wait for them. */
    async whileLocked<Result>(
      query: { text: string; values: unknown[] },
      meanwhile: { waiting: number; send: () => Promise<Result>; beforeCommit?: string },
    ): Promise<Result> {
      const holder = new pg.Client({ connectionString: service.loginUrl('owner') });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query(query);
      const sent = meanwhile.send();
      const waiting = `SELECT DISTINCT pid FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()`;
      while ((await service.sql(waiting)).length < meanwhile.waiting);
      if (meanwhile.beforeCommit) await holder.query(meanwhile.beforeCommit, query.values);
      await holder.query('COMMIT');
      await holder.end();
      return sent;
    },
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

async function signIn({ query }: TestService, login: string, more: object) {
  const input = { email: `${login}@demo.example`, password: demoPassword, ...more };
  const { signIn: answer } = await query(null, signInMutation, { input });
  return answer as {
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
  const { sub, mid, org, role, perms, sid, act, delegation, proxy, emergency } = jwt.decode(
    accessToken,
  ) as Partial<Record<string, never>>;
  return {
    ...(act !== undefined && {
      proxyId: (act as { sub: never }).sub,
      delegationId: delegation!,
      proxyScopes: proxy!,
    }),
    ...(emergency !== undefined && { emergencyId: emergency }),
    userId: sub!,
    membershipId: mid!,
    organisationId: org!,
    role: role!,
    permissions: perms!,
    sessionId: sid!,
  };
}
