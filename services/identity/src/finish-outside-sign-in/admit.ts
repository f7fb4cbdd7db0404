import { emit } from '@carethread/bus/outbox.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { MembershipEnded, type OrganisationKind } from '@carethread/contracts/events/identity.ts';
import { type MembershipId, newId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';
import { actorSettings } from '@carethread/service-kit/actor-context.ts';
import { type Refusal, refuse } from '@carethread/service-kit/refusal.ts';
import { type Asking, type Origin, originOf } from '../asking.ts';
import { type Admission, decideAdmission, type KnownMembership } from '../issuers/admission.ts';
import {
  addressIn,
  type Claims,
  membershipsIn,
  nameIn,
  trustedMethodsIn,
  type WantedMembership,
} from '../issuers/claims.ts';
import { loadPolicy } from '../factors/factor-store.ts';
import { spokenFor } from '../issuers/issuers.ts';
import type { OutsideIssuer } from '../issuers/outside-issuer.ts';
import { actorOf, fitsIn, type Standing } from '../membership.ts';
import { satisfies } from '../session.ts';
import { tellOfGranted } from '../membership-store.ts';
import { insertNewSession, membershipIsActive, revokeSessionsIn } from '../session-store.ts';
import { newRefreshToken } from '../tokens/refresh-token.ts';

const findPerson = 'SELECT user_id, linked, memberships FROM sign_in.outside_person($1, $2, $3)';
interface PersonRow {
  user_id: UserId;
  linked: boolean;
  memberships: KnownMembership[];
}
const admitPerson = 'SELECT sign_in.admit_outside($1, $2, $3, $4, $5)';
const linkPerson = 'SELECT sign_in.link_outside($1, $2, $3)';
const kindsOf = 'SELECT id, kind FROM organisations WHERE id = ANY($1)';
const markSession = 'UPDATE sessions SET issuer = $2, issuer_session = $3 WHERE id = $1';

/** What comes of a sign-in. */
type Admitted = { actor: Actor; refreshToken: string };

/**
 * Finds or makes the person, brings their memberships up to what the issuer vouches for, and opens a session: in one
 * transaction, which is that person's from the moment it is known who it is. Somebody with too few factors is refused
 * before anything is written; somebody the issuer grants nothing loses what it granted before.
 */
export async function admit(
  asking: Asking,
  { settings }: OutsideIssuer,
  claims: Claims & { sub: string },
  membershipId: string | null,
): Promise<Admitted | Refusal> {
  const { issuer, key, name } = settings;
  const now = asking.now();
  const address = addressIn(claims, settings);
  const refreshToken = newRefreshToken();
  // Answered as it is and refused below: a Refusal in here would take back what has ended.
  const outcome = await asking.database.asActor(null, async (tx) => {
    const [known] = await tx.query<PersonRow>(findPerson, [issuer, claims.sub, address]);
    const userId = known?.user_id ?? newId<'User'>();
    const sessionId = newId<'Session'>();
    become(tx, actorOf(nowhere(userId), sessionId));
    const wanted = await fitting(tx, membershipsIn(claims, settings), asking, key);
    const by = { issuer, speaksFor: spokenFor(settings) };
    const admission = decideAdmission(userId, known?.memberships ?? [], wanted, by);
    const chosen = choose(admission.standings, membershipId);
    // Nobody is made a person, or linked, who could do nothing here.
    if (!known?.linked && !chosen) return null;
    const policy = chosen && (await loadPolicy(tx, chosen));
    const methods = trustedMethodsIn(claims, settings);
    // The issuer is asked for the second factor, not the person: what it does not vouch for is not there.
    if (policy && !satisfies(methods, policy)) return 'one factor';
    if (!known) {
      const { displayName, givenName, familyName } = nameIn(claims);
      tx.send(admitPerson, [userId, displayName, givenName, familyName, address]);
    }
    if (!known?.linked) tx.send(linkPerson, [issuer, claims.sub, userId]);
    const origin = originOf({ ...asking, actor: actorOf(chosen ?? nowhere(userId), sessionId) });
    const extras = await write(tx, admission, issuer, now, origin);
    if (!chosen || !policy) return null;
    const extraPermissions = extras.get(chosen.id) ?? chosen.extraPermissions;
    const actor = actorOf({ ...chosen, extraPermissions }, sessionId);
    become(tx, actor);
    insertNewSession(tx, actor, { methods, device: asking.device, policy }, refreshToken, now);
    tx.send(markSession, [sessionId, issuer, typeof claims['sid'] === 'string' ? claims['sid'] : null]);
    if (!(await membershipIsActive(tx, actor.membershipId)))
      throw new Error('The membership has just ended.');
    return actor;
  });
  const sessionId = outcome === 'one factor' ? null : (outcome?.sessionId ?? null);
  asking.log.info({ issuer: key, sessionId }, 'outside sign-in');
  if (outcome === 'one factor')
    return refuse('NOT_ALLOWED', `Two factors are needed here: sign in to ${name} with both of them.`);
  if (outcome) return { actor: outcome, refreshToken };
  return membershipId === null
    ? refuse('NOT_ALLOWED', `${name} knows you, but grants you nothing here: ask them for it.`)
    : refuse('NOT_FOUND', 'You have no such membership.', { path: ['input', 'membershipId'] });
}

/** Row security holds from here on, as this person. */
function become(tx: Tx, actor: Actor): void {
  const { text, values } = actorSettings(actor);
  tx.send(text, values);
}

/** Somebody who acts in no membership: sees what is theirs, and nothing by any role. */
const nowhere = (userId: UserId): Standing => ({
  id: newId(),
  userId,
  organisationId: newId(),
  role: 'patient',
  extraPermissions: [],
});

const choose = (standings: readonly Standing[], wanted: string | null): Standing | undefined =>
  wanted === null ? standings[0] : standings.find(({ id }) => id === wanted);

/** Those that can be: the settings may name an organisation that is not there, or a role it does not have. */
async function fitting(
  tx: Tx,
  wanted: WantedMembership[],
  { log }: Asking,
  issuer: string,
): Promise<WantedMembership[]> {
  const ids = wanted.map(({ organisationId }) => organisationId);
  const rows = await tx.query<{ id: OrganisationId; kind: OrganisationKind }>(kindsOf, [ids]);
  const kinds = new Map(rows.map(({ id, kind }) => [id, kind]));
  return wanted.filter(({ organisationId, role }) => {
    const kind = kinds.get(organisationId);
    const fits = kind !== undefined && fitsIn(kind, role);
    if (!fits) log.error({ issuer, organisationId, role }, 'the settings of an issuer grant what cannot be');
    return fits;
  });
}

const grantMembership = 'SELECT sign_in.grant_outside($1, $2, $3, $4, $5, $6, $7, $8) AS extra';
const endMembership = 'SELECT sign_in.end_outside($1, $2, $3, $4) AS done';

/** Answers what those that were granted allow on top of their roles. */
async function write(
  tx: Tx,
  { grant, end }: Admission,
  issuer: string,
  now: Date,
  origin: Origin,
): Promise<Map<MembershipId, string[]>> {
  const extras = new Map<MembershipId, string[]>();
  const userId = origin.actorId as UserId;
  for (const { id, organisationId, role, licenceNumber, version } of grant) {
    const values = [id, issuer, userId, organisationId, role, licenceNumber, version, now];
    const [granted] = await tx.query<{ extra: string[] | null }>(grantMembership, values);
    // Somebody here has just done something about the same membership: the next sign-in will see it.
    if (!granted?.extra) throw new Error('A membership changed while its issuer granted it.');
    extras.set(id, granted.extra);
    const standing = { id, userId, organisationId, role, extraPermissions: granted.extra };
    tellOfGranted(tx, standing, version, origin);
  }
  for (const { id, organisationId, role, version } of end) {
    const [ended] = await tx.query<{ done: boolean }>(endMembership, [id, issuer, version, now]);
    if (!ended?.done) throw new Error('A membership changed while its issuer ended it.');
    const data = { membershipId: id, userId, organisationId, role };
    emit(tx, MembershipEnded, { aggregateId: id, sequence: version, data, ...origin });
    await revokeSessionsIn(tx, id, now, origin);
  }
  return extras;
}
