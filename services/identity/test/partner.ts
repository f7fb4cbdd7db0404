import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { newId } from '@carethread/contracts/ids.ts';
import { mutationText } from '@carethread/service-kit/testing/mutation-text.ts';
import { SignJWT } from 'jose';
import { demoActor, demoOrganisationId, type Identity } from './identity.ts';

export const endpointUrl = 'https://api.example/oauth/token';

export interface PartnerKey {
  kid: string;
  privateKey: KeyObject;
  /** As it is registered: a JWK, as JSON. */
  publicKey: string;
}

export function newPartnerKey(kid = newId().slice(-12)): PartnerKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, publicKey: JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid }) };
}

const fields = `serviceAccount { id name scopes networks version disabledAt lastUsedAt organisation { id }
  keys { id kid algorithm retiredAt lastUsedAt } } userErrors { code message path currentVersion }`;

/** What an administrator and a partner do about service accounts. */
export function partners(identity: () => Identity) {
  const send = async (mutation: string, input: object, actor = demoActor('admin')) => {
    const answer = await identity().query(actor, mutationText(mutation, fields), {
      input: { idempotencyKey: newId(), ...input },
    });
    return answer[mutation] as { serviceAccount: any; userErrors: { code: string; path: string[] }[] };
  };
  const create = async (key: PartnerKey, more: object = {}) => {
    const { serviceAccount, userErrors } = await send('createServiceAccount', {
      organisationId: demoOrganisationId('pharmacy-1'),
      name: 'Quay dispensing robot',
      scopes: ['tickets:read', 'tickets:claim'],
      publicKey: key.publicKey,
      ...more,
    });
    if (!serviceAccount) throw new Error(JSON.stringify(userErrors));
    return serviceAccount;
  };
  /** An assertion as the partner makes it; each part can be overridden to forge one. */
  const assertion = (account: string, key: PartnerKey, claims: object = {}, header: object = {}) => {
    const now = Math.floor(identity().now().getTime() / 1000);
    const standard = { iss: account, sub: account, aud: endpointUrl, jti: newId(), iat: now, exp: now + 60 };
    // Through JSON, so that a claim overridden with undefined is left out.
    return new SignJWT(JSON.parse(JSON.stringify({ ...standard, ...claims })) as Record<string, unknown>)
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
      .sign(key.privateKey);
  };
  const ask = async (
    form: Record<string, string> | string,
    { address = '203.0.113.7', authorization = '' } = {},
  ) => {
    const response = await fetch(`http://127.0.0.1:${identity().service.port}/oauth/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: authorization || identity().authorization(null),
        'x-client-address': address,
      },
      body: new URLSearchParams(form).toString(),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, ...(text ? JSON.parse(text) : {}) };
  };
  const form = (client_assertion: string, more: object = {}) => ({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
    ...more,
  });
  return { send, create, assertion, ask, form };
}
