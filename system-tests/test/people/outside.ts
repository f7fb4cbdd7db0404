import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivedId } from '@carethread/contracts/ids.ts';
import { type Hospital, startHospital } from '@carethread/service-kit/testing/hospital.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { Client, type Data } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

/** The clinic of the demonstration: its id follows from its name, so it is known before anything runs. */
const clinicId = derivedId('3f0b6b7e-6a0e-4c1c-8a77-2f0e5d1a9c42', 'organisation harbour-clinic');

let hospital: Hospital;
let folder: string;
beforeAll(async () => {
  hospital = await startHospital();
  folder = await mkdtemp(join(tmpdir(), 'issuers-'));
  const issuer = {
    key: 'hospital',
    name: 'The Hospital',
    issuer: hospital.issuer,
    clientId: hospital.clientId,
    clientSecretEnv: 'HOSPITAL_SECRET',
    redirectUris: [hospital.redirectUri],
    memberships: [{ claim: 'groups', value: 'doctors', organisationId: clinicId, role: 'doctor' }],
  };
  const file = join(folder, 'issuers.json');
  await writeFile(file, JSON.stringify({ issuers: [issuer] }));
  process.env['OUTSIDE_ISSUERS_FILE'] = file;
  process.env['HOSPITAL_SECRET'] = hospital.clientSecret;
});
const own = ownPlatform();
afterAll(async () => {
  await hospital.close();
  await rm(folder, { recursive: true });
});

const codeOf = ({ errors }: { errors?: { extensions?: { code?: string } }[] }) =>
  errors?.[0]?.extensions?.code;

describe('a hospital’s own sign-in (U-01)', () => {
  /** Answers the payload, and a client with the session's token if there is one. */
  async function signIn() {
    const client = new Client(own.platform.url, 'ada');
    const wanted = { issuer: 'hospital', redirectUri: hospital.redirectUri };
    const { outsideSignIn } = await client.change(
      'beginOutsideSignIn',
      wanted,
      'outsideSignIn { authorizationUrl attempt }',
    );
    const callbackUrl = await hospital.browse(outsideSignIn.authorizationUrl);
    const answer = await client.tryChange(
      'finishOutsideSignIn',
      { attempt: outsideSignIn.attempt, callbackUrl },
      'session { accessToken user { displayName } membership { role } }',
    );
    client.accessToken = answer['session']?.accessToken ?? null;
    return { client, answer };
  }

  it('lets a doctor in whom nobody registered here, who acts until the hospital takes it back', async () => {
    hospital.person = { sub: 'ada', claims: { name: 'Dr Ada Brandt', groups: ['doctors'] } };
    const { client: ada, answer } = await signIn();
    expect(answer).toMatchObject({
      session: { user: { displayName: 'Dr Ada Brandt' }, membership: { role: 'DOCTOR' } },
      userErrors: [],
    });
    const { patientId, pharmacyId } = own.stage;
    const ticket = await eventually(async () => {
      const input = { kind: 'PRESCRIPTION', patientId, pharmacyId, idempotencyKey: crypto.randomUUID() };
      return (await ada.tryChange('openTicket', input, 'ticket { id doctor { displayName } }'))['ticket'];
    }, 'the other services know the doctor');
    expect(ticket.doctor).toEqual({ displayName: 'Dr Ada Brandt' });

    hospital.person = { sub: 'ada', claims: { name: 'Dr Ada Brandt', groups: [] } };
    expect((await signIn()).answer).toMatchObject({ session: null, userErrors: [{ code: 'NOT_ALLOWED' }] });
    const refusal = await eventually(
      async () => codeOf(await ada.ask('{ me { id } }')),
      'the former token is refused',
    );
    expect(refusal).toBe('UNAUTHENTICATED');
  });
});

describe('a pharmacy’s program (U-11)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const tokenUrl = () => new URL('/oauth/token', own.platform.url).href;
  const tokenFor = async (account: string, key: KeyObject, scope: string) => {
    const assertion = jwt.sign({ jti: crypto.randomUUID() }, key, {
      algorithm: 'ES256',
      keyid: 'robot',
      issuer: account,
      subject: account,
      audience: tokenUrl(),
      expiresIn: 60,
    });
    const response = await fetch(tokenUrl(), {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
        scope,
      }),
    });
    return (await response.json()) as { access_token?: string; error?: string };
  };

  it('claims a ticket with the scope for it, is refused everything else, and is known by its name', async () => {
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const { serviceAccount } = await admin.change(
      'createServiceAccount',
      {
        idempotencyKey: crypto.randomUUID(),
        organisationId: own.stage.pharmacyId,
        name: 'Quay dispensing robot',
        scopes: ['tickets:read', 'tickets:claim', 'directory:read'],
        publicKey: JSON.stringify({ ...publicKey.export({ format: 'jwk' }), kid: 'robot' }),
      },
      'serviceAccount { id version }',
    );
    const { id, version } = serviceAccount;
    const program = async (scope: string) => {
      const client = new Client(own.platform.url, scope);
      client.accessToken = (await tokenFor(id, privateKey, scope)).access_token ?? null;
      return client;
    };
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(await tokenFor(id, other, '')).toMatchObject({ error: 'invalid_client' });

    const { ticketId } = await releasedTicket(own.stage);
    const claim = `mutation ($input: ClaimTicketInput!) { claimTicket(input: $input) { ticket { status } userErrors { code } } }`;
    const input = { ticketId, idempotencyKey: crypto.randomUUID() };
    const reading = await program('tickets:read');
    expect(codeOf(await reading.ask(claim, { input }))).toBe('FORBIDDEN');
    const claiming = await program('tickets:read tickets:claim directory:read');
    const claimed = await eventually(async () => {
      const { data, errors } = await claiming.ask(claim, { input });
      if (errors) throw new Error(JSON.stringify(errors));
      return data?.['claimTicket'].ticket;
    }, 'the other services know the program');
    expect(claimed).toEqual({ status: 'RECEIVED' });

    const timeline = `query ($id: ID!) { ticket(id: $id) { timeline(first: 50) { edges { node { reason
      actor { displayName } } } } } }`;
    const { ticket } = await own.stage.patient.do(timeline, { id: ticketId });
    const entry = ticket.timeline.edges.find(({ node }: Data) => node.reason === 'claimed');
    expect(entry.node.actor).toEqual({ displayName: 'Quay dispensing robot' });

    // From what it may read it does not get to what it may not.
    const further = 'query ($id: ID!) { ticket(id: $id) { id prescription { id } thread { id } } }';
    const { data } = await claiming.ask(further, { id: ticketId });
    expect(data?.['ticket']).toEqual({ id: ticketId, prescription: null, thread: null });
    expect(codeOf(await claiming.ask('{ mySessions { id } }'))).toBe('FORBIDDEN');

    await admin.change(
      'disableServiceAccount',
      { id, expectedVersion: version, idempotencyKey: crypto.randomUUID() },
      'serviceAccount { disabledAt }',
    );
    const refusal = await eventually(
      async () => codeOf(await reading.ask('query ($id: ID!) { ticket(id: $id) { id } }', { id: ticketId })),
      'its token is refused',
    );
    expect(refusal).toBe('UNAUTHENTICATED');
    expect(await tokenFor(id, privateKey, '')).toMatchObject({ error: 'invalid_client' });
  });
});
