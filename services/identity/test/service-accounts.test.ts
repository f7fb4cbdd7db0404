import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  MembershipEnded,
  MembershipGranted,
  ServiceAccountChanged,
  SessionRevoked,
} from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import jwt from 'jsonwebtoken';
import { demoActor, demoOrganisationId, type Identity, startIdentity } from './identity.ts';
import { endpointUrl, newPartnerKey, partners } from './partner.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity({ TOKEN_ENDPOINT_URL: endpointUrl });
});
afterAll(() => identity.close());
const { send, create, assertion, ask, form } = partners(() => identity);

const refusedClient = { status: 401, error: 'invalid_client' };
const minute = 60_000;

describe('a service account (U-11)', () => {
  it('is made by an administrator, and is somebody of its own', async () => {
    const key = newPartnerKey('robot-1');
    const account = await create(key, { networks: ['203.0.113.0/24'] });
    expect(account).toMatchObject({
      name: 'Quay dispensing robot',
      scopes: ['tickets:read', 'tickets:claim'],
      networks: ['203.0.113.0/24'],
      keys: [{ kid: 'robot-1', algorithm: 'ES256', retiredAt: null, lastUsedAt: null }],
      version: 1,
      disabledAt: null,
    });
    const seen = await identity.query(
      demoActor('patient'),
      'query ($id: ID!) { user(id: $id) { displayName } }',
      {
        id: account.id,
      },
    );
    expect(seen['user']).toEqual({ displayName: 'Quay dispensing robot' });
    const granted = (await identity.emitted(MembershipGranted)).find(
      ({ data }) => data.userId === account.id,
    );
    expect(granted?.data).toMatchObject({
      organisationId: demoOrganisationId('pharmacy-1'),
      role: 'pharmacist',
      permissions: [],
    });
  });

  it.each([
    ['a clinic', { organisationId: demoOrganisationId('harbour-clinic') }, 'organisationId'],
    ['nobody', { organisationId: newId() }, 'organisationId'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a scope nobody knows', { scopes: ['tickets:burn'] }, 'scopes'],
    ['half an address', { networks: ['203.0.113'] }, 'networks'],
    ['no JWK', { publicKey: 'hello' }, 'publicKey'],
    [
      'a private key',
      { publicKey: JSON.stringify({ ...newPartnerKey().privateKey.export({ format: 'jwk' }), kid: 'k' }) },
      'publicKey',
    ],
    [
      'a short RSA key',
      {
        publicKey: JSON.stringify({
          ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }),
          kid: 'k',
        }),
      },
      'publicKey',
    ],
    ['a shared secret', { publicKey: JSON.stringify({ kty: 'oct', k: 'c2VjcmV0', kid: 'k' }) }, 'publicKey'],
  ])('is not made with %s', async (_, wrong, field) => {
    const input = {
      organisationId: demoOrganisationId('pharmacy-1'),
      name: 'Robot',
      scopes: ['tickets:read'],
      publicKey: newPartnerKey().publicKey,
      ...wrong,
    };
    const { serviceAccount, userErrors } = await send('createServiceAccount', input);
    expect([serviceAccount, userErrors[0]?.path[1]]).toEqual([null, field]);
  });

  it('is nobody’s business without ManageServiceAccounts', async () => {
    const asked = await identity.ask(
      demoActor('pharmacist'),
      '{ serviceAccounts { edges { node { id } } } }',
    );
    expect(asked.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    await create(newPartnerKey());
    // A token that says more than the person holds now: row security has the last word.
    const pretender = { ...demoActor('pharmacist'), permissions: ['ManageServiceAccounts' as const] };
    const { serviceAccounts } = await identity.query(
      pretender,
      '{ serviceAccounts { edges { node { id } } } }',
    );
    expect(serviceAccounts.edges).toEqual([]);
    const input = {
      organisationId: demoOrganisationId('pharmacy-1'),
      name: 'Robot',
      scopes: ['tickets:read'],
      publicKey: newPartnerKey().publicKey,
    };
    expect((await send('createServiceAccount', input, pretender)).userErrors[0]?.code).toBe('NOT_ALLOWED');
  });
});

describe('a token for a service account', () => {
  it('says who, for whom, with which scopes, from where and for five minutes', async () => {
    const key = newPartnerKey();
    const account = await create(key, { networks: ['203.0.113.0/24'] });
    const answer = await ask(form(await assertion(account.id, key)));
    expect(answer).toMatchObject({
      status: 200,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'tickets:read tickets:claim',
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const claims = jwt.decode(answer.access_token) as jwt.JwtPayload;
    expect(claims).toMatchObject({
      sub: account.id,
      client_id: account.id,
      org: demoOrganisationId('pharmacy-1'),
      role: 'pharmacist',
      perms: [],
      sid: account.keys[0].id,
      scope: 'tickets:read tickets:claim',
      nets: ['203.0.113.0/24'],
    });
    expect(claims.exp! - claims.iat!).toBe(300);
    const { serviceAccount } = await identity.query(
      demoActor('admin'),
      'query ($id: ID!) { serviceAccount(id: $id) { lastUsedAt keys { lastUsedAt } } }',
      { id: account.id },
    );
    expect(serviceAccount.lastUsedAt).not.toBeNull();
  });

  it('has no more scopes than were asked for, and never more than the account', async () => {
    const key = newPartnerKey();
    const account = await create(key);
    const less = await ask(form(await assertion(account.id, key), { scope: 'tickets:read' }));
    expect(less).toMatchObject({ status: 200, scope: 'tickets:read' });
    const more = await ask(form(await assertion(account.id, key), { scope: 'tickets:read catalog:read' }));
    expect(more).toMatchObject({ status: 400, error: 'invalid_scope' });
  });

  it('is given once for an assertion, also when it comes ten times at once', async () => {
    const key = newPartnerKey();
    const account = await create(key);
    const once = form(await assertion(account.id, key));
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(once)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(9).fill(401)]);
  });

  describe('is refused for an assertion', () => {
    const key = newPartnerKey('good');
    let account: { id: string };
    beforeAll(async () => {
      account = await create(key, { networks: ['203.0.113.0/24'] });
    });
    const seconds = (from: number) => Math.floor(identity.now().getTime() / 1000) + from;
    const unsigned = async () => {
      const [, claims] = (await assertion(account.id, key)).split('.');
      return `${Buffer.from(JSON.stringify({ alg: 'none', kid: 'good' })).toString('base64url')}.${claims}.`;
    };
    const withPublicHalf = async () => {
      const claims = jwt.decode(await assertion(account.id, key)) as object;
      return jwt.sign(claims, key.publicKey, { algorithm: 'HS256', keyid: 'good' });
    };
    it.each<[string, () => Promise<string>]>([
      ['of another key under a known id', () => assertion(account.id, newPartnerKey('good'))],
      ['of a key it does not have', () => assertion(account.id, newPartnerKey('other'))],
      ['without a signature (alg none)', unsigned],
      ['signed with the public half as a secret (HS256)', withPublicHalf],
      ['for somebody else', () => assertion(account.id, key, { aud: 'https://other.example/oauth/token' })],
      ['for several', () => assertion(account.id, key, { aud: [endpointUrl, 'https://other.example'] })],
      ['that has expired', () => assertion(account.id, key, { exp: seconds(-60) })],
      ['without an end', () => assertion(account.id, key, { exp: undefined })],
      ['that is good for a year', () => assertion(account.id, key, { exp: seconds(31_536_000) })],
      ['that is not good yet', () => assertion(account.id, key, { nbf: seconds(120) })],
      ['without an id', () => assertion(account.id, key, { jti: undefined })],
      ['of another issuer', () => assertion(account.id, key, { iss: newId() })],
      ['about a person', () => assertion(demoActor('pharmacist').userId, key)],
      ['about nobody', () => assertion(newId(), key)],
      [
        'that is an access token of ours',
        async () => (await identity.signIn('pharmacist')).session!.accessToken,
      ],
      ['that is nonsense', () => Promise.resolve('a.b.c')],
    ])('%s', async (_, forge) => {
      expect(await ask(form(await forge()))).toMatchObject(refusedClient);
    });

    it('from an address that is not allowed', async () => {
      const elsewhere = { address: '198.51.100.1' };
      expect(await ask(form(await assertion(account.id, key)), elsewhere)).toMatchObject(refusedClient);
    });

    it('with the id of another client beside it', async () => {
      const fields = form(await assertion(account.id, key), { client_id: newId() });
      expect(await ask(fields)).toMatchObject(refusedClient);
    });
  });

  it.each([
    ['nothing', {}, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['no assertion', { grant_type: 'client_credentials' }, 'invalid_request'],
  ])('is refused for a form with %s', async (_, fields, error) => {
    expect(await ask(fields as Record<string, string>)).toMatchObject({ status: 400, error });
  });

  it('is refused when a field comes twice, and to whom the gateway did not send', async () => {
    const twice = 'grant_type=client_credentials&grant_type=client_credentials';
    expect(await ask(twice)).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await ask({}, { authorization: 'Bearer a.b.c' })).toMatchObject({ status: 403 });
  });
});

describe('what a service account may do', () => {
  it('changes with its version, and everybody is told', async () => {
    const account = await create(newPartnerKey());
    const change = { id: account.id, expectedVersion: 1, scopes: ['tickets:read'] };
    expect((await send('changeServiceAccount', change)).serviceAccount).toMatchObject({
      scopes: ['tickets:read'],
      version: 2,
    });
    expect((await send('changeServiceAccount', change)).userErrors).toMatchObject([
      { code: 'CONFLICT', currentVersion: 2 },
    ]);
    const told = (await identity.emitted(ServiceAccountChanged)).filter(
      ({ aggregateId }) => aggregateId === account.id,
    );
    expect(told.map(({ sequence, data }) => [sequence, data.scopes])).toEqual([
      [1, ['tickets:read', 'tickets:claim']],
      [2, ['tickets:read']],
    ]);
  });

  it('goes on through a change of keys, and ends with the retired one', async () => {
    const [former, next] = [newPartnerKey(), newPartnerKey()];
    const { id } = await create(former);
    const on = (expectedVersion: number, more: object = {}) => ({ id, expectedVersion, ...more });
    const added = await send('addServiceAccountKey', on(1, { publicKey: next.publicKey }));
    expect(added.serviceAccount.keys).toHaveLength(2);
    expect((await ask(form(await assertion(id, former)))).status).toBe(200);
    expect((await ask(form(await assertion(id, next)))).status).toBe(200);
    const keyId = added.serviceAccount.keys.find(({ kid }: { kid: string }) => kid === former.kid).id;
    expect((await send('retireServiceAccountKey', on(2, { keyId }))).userErrors).toEqual([]);
    expect(await ask(form(await assertion(id, former)))).toMatchObject(refusedClient);
    expect((await ask(form(await assertion(id, next)))).status).toBe(200);
    expect((await identity.emitted(SessionRevoked)).map(({ data }) => data.sessionId)).toContain(keyId);

    const again = await send('addServiceAccountKey', on(3, { publicKey: former.publicKey }));
    expect(again.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'publicKey'] }]);
    const retiredTwice = await send('retireServiceAccountKey', on(3, { keyId }));
    expect(retiredTwice.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
  });

  it('has at most five keys', async () => {
    const { id } = await create(newPartnerKey());
    for (let version = 1; version <= 4; version += 1)
      await send('addServiceAccountKey', {
        id,
        expectedVersion: version,
        publicKey: newPartnerKey().publicKey,
      });
    const sixth = { id, expectedVersion: 5, publicKey: newPartnerKey().publicKey };
    expect((await send('addServiceAccountKey', sixth)).userErrors).toMatchObject([{ code: 'INVALID' }]);
  });

  it('ends at once when it is disabled, for good', async () => {
    const key = newPartnerKey();
    const { id } = await create(key);
    const ready = form(await assertion(id, key));
    expect(
      (await send('disableServiceAccount', { id, expectedVersion: 1 })).serviceAccount.disabledAt,
    ).not.toBeNull();
    expect(await ask(ready)).toMatchObject(refusedClient);
    expect((await identity.emitted(MembershipEnded)).map(({ data }) => data.userId)).toContain(id);
    const told = (await identity.emitted(ServiceAccountChanged)).findLast(
      ({ aggregateId }) => aggregateId === id,
    );
    expect(told?.data.scopes).toEqual([]);
    const revived = await send('changeServiceAccount', { id, expectedVersion: 2, scopes: ['tickets:read'] });
    expect(revived.userErrors).toMatchObject([{ code: 'ILLEGAL_MOVE' }]);
  });

  it('ends with its membership, whoever ends that', async () => {
    const key = newPartnerKey();
    const { id } = await create(key);
    const [membership] = await identity.sql('SELECT id FROM memberships WHERE user_id = $1', [id]);
    const input = { idempotencyKey: newId(), membershipId: membership!['id'], expectedVersion: 1 };
    const end =
      'mutation ($input: EndMembershipInput!) { endMembership(input: $input) { userErrors { code } } }';
    expect((await identity.query(demoActor('admin'), end, { input }))['endMembership'].userErrors).toEqual(
      [],
    );
    expect(await ask(form(await assertion(id, key)))).toMatchObject(refusedClient);
  });

  it('leaves no used assertion behind for longer than it could be used', async () => {
    const key = newPartnerKey();
    const { id } = await create(key);
    await ask(form(await assertion(id, key)));
    identity.later(10 * minute);
    await ask(form(await assertion(id, key)));
    const kept = await identity.sql('SELECT * FROM used_assertions WHERE service_account_id = $1', [id]);
    expect(kept).toHaveLength(1);
  });
});

it('the list is by name, in pages, and scopes are explained', async () => {
  const seen = await identity.query(
    demoActor('admin'),
    `{ serviceAccounts(first: 2) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
       serviceAccountScopes { name meaning } }`,
  );
  expect(seen['serviceAccounts'].edges).toHaveLength(2);
  const { serviceAccounts: next } = await identity.query(
    demoActor('admin'),
    'query ($after: String) { serviceAccounts(first: 100, after: $after) { edges { node { id } } } }',
    { after: seen['serviceAccounts'].pageInfo.endCursor },
  );
  const ids = [...seen['serviceAccounts'].edges, ...next.edges].map(({ node }: any) => node.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(
    Number((await identity.sql('SELECT count(*) AS n FROM service_accounts'))[0]!['n']),
  );
  expect(seen['serviceAccountScopes'].map(({ name }: { name: string }) => name)).toContain('tickets:claim');
});
