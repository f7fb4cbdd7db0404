import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Client, type Data } from '../../src/client.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
const key = () => ({ idempotencyKey: crypto.randomUUID() });
const password = 'a good long password';
const session = 'session { accessToken } challenge { token mustEnrol accepts }';

/** An authenticator app of our own (RFC 6238), so that it is not the server's code that agrees with itself. */
function authenticatorApp(secret: string): () => string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
  let last = 0;
  return () => {
    // Each code counts once, from half a minute before to half a minute after: three may be had at once.
    last = Math.max(last + 1, Math.floor(Date.now() / 30_000) - 1);
    const moment = Buffer.alloc(8);
    moment.writeBigUInt64BE(BigInt(last));
    const digest = createHmac('sha1', bytes).update(moment).digest();
    const offset = digest.at(-1)! & 15;
    return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  };
}

const client = (email: string, accessToken: string | null = null): Client => {
  const made = new Client(own.platform.url, email);
  made.accessToken = accessToken;
  return made;
};
const signIn = (email: string): Promise<Data> => client(email).change('signIn', { email, password }, session);

/** The same person in the same session, with a proof of who they are. */
async function confirmed(person: Client, ways: object): Promise<Client> {
  const { confirmation } = await person.change('confirmIdentity', ways, 'confirmation { accessToken }');
  return client(person.email, confirmation.accessToken);
}

/** Invites somebody as the administrator, and accepts in their place. */
async function join(admin: Client, wish: { organisationId: string; role: string }, displayName: string) {
  const email = `${crypto.randomUUID()}@new.example`;
  const { invited } = await admin.change('inviteMember', { ...key(), email, ...wish }, 'invited { token }');
  await client(email).change(
    'acceptInvitation',
    { token: invited.token, displayName, password },
    'accepted { membershipId }',
  );
  return email;
}

describe('second factors, from outside (U-02, U-03, S-13)', () => {
  it('a doctor enrols an app, signs in with it, signs a controlled medicine with it, and falls back on a recovery code', async () => {
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const { organisation } = await admin.change(
      'registerOrganisation',
      {
        ...key(),
        kind: 'CLINIC',
        name: 'Hudson Clinic',
        city: 'Albany',
        timeZone: 'America/New_York',
        jurisdiction: 'US-NY',
      },
      'organisation { id }',
    );
    const at = { organisationId: organisation.id as string };
    const asked = { ...key(), ...at, role: 'DOCTOR', mfaRequired: true, idleMinutes: 60, expectedVersion: 0 };
    await admin.change('setSignInPolicy', asked, 'policy { id }');
    const email = await join(admin, { ...at, role: 'DOCTOR' }, 'Dr Ines Moreau');
    const patientEmail = await join(admin, { ...at, role: 'PATIENT' }, 'Pim de Vries');

    const { challenge } = await signIn(email);
    expect(challenge).toMatchObject({ mustEnrol: true, accepts: [] });
    const { setUp } = await client(email).change(
      'beginRequiredEnrolment',
      { challenge: challenge.token },
      'setUp { secret uri }',
    );
    const code = authenticatorApp(setUp.secret);
    const { enrolled } = await client(email).change(
      'completeRequiredEnrolment',
      { challenge: challenge.token, code: code() },
      'enrolled { recoveryCodes session { accessToken } }',
    );
    await client(email, enrolled.session.accessToken).do('mutation { signOut { userErrors { code } } }');

    const second = (await signIn(email))['challenge'];
    expect(second).toMatchObject({ mustEnrol: false, accepts: ['CODE', 'RECOVERY_CODE'] });
    const complete = (token: string, way: object) =>
      client(email).tryChange('completeSignIn', { challenge: token, ...way }, 'session { accessToken }');
    const signedIn = await complete(second.token, { code: code() });
    const doctor = client(email, signedIn['session'].accessToken);

    const patient = client(patientEmail, (await signIn(patientEmail))['session'].accessToken);
    const { me } = await patient.do('{ me { id } }');
    const writing = await write(doctor, me.id);
    const proved = await confirmed(doctor, { password });
    const one = await proved.tryChange('signPrescription', writing, 'prescription { status }');
    expect(one['userErrors']).toMatchObject([
      { code: 'STEP_UP_REQUIRED', message: expect.stringContaining('with two factors') },
    ]);
    const sure = await confirmed(doctor, { password, code: code() });
    const signed = await sure.change('signPrescription', writing, 'prescription { policyPacks }');
    expect(signed['prescription'].policyPacks).toEqual(['US-NY@2', 'US@1']);

    const [recoveryCode] = enrolled.recoveryCodes as string[];
    const third = (await signIn(email))['challenge'];
    const recovered = await complete(third.token, { recoveryCode });
    const { mySessions } = await client(email, recovered['session'].accessToken).do(
      '{ mySessions { methods current } }',
    );
    expect(mySessions[0]).toEqual({ methods: ['pwd', 'recovery', 'mfa'], current: true });
    const fourth = (await signIn(email))['challenge'];
    expect((await complete(fourth.token, { recoveryCode }))['userErrors']).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
  });

  it('a revoked session’s socket closes, and a gateway that is started afterwards refuses its token as well', async () => {
    const { patient, doctor, patientId } = own.stage;
    const { ticket } = await doctor.change(
      'openTicket',
      { ...key(), kind: 'CONSULTATION', patientId },
      'ticket { id }',
    );
    const lost = await Client.signIn(own.platform.url, 'patient@demo.example');
    const stream = lost.watch(
      `subscription ($id: ID!) { ticketEvents(ticketId: $id, after: 0) { ... on TicketChanged { cursor } } }`,
      { id: ticket.id },
    );
    await stream.until(() => true, 'the stream begins');
    const { mySessions } = await lost.do('{ mySessions { id current } }');
    const { id: sessionId } = mySessions.find(({ current }: Data) => current);
    await patient.change('revokeSession', { sessionId }, 'session { revokedAt }');
    await eventually(async () => stream.ended, 'the stream of the revoked session ends');
    expect(stream.ended).toMatchObject({ code: 4403 });

    const { gateway } = own.platform.processes;
    await gateway.restart();
    await gateway.untilReady();
    const refusal = await eventually(
      async () => (await lost.ask('{ me { id } }')).errors?.[0]?.extensions?.code,
      'the new gateway answers',
    );
    expect(refusal).toBe('UNAUTHENTICATED');
    await patient.do('{ me { id } }');
  });

  it('an invited pharmacist joins, and works for the pharmacy', async () => {
    const admin = await Client.signIn(own.platform.url, 'admin@demo.example');
    const email = await join(admin, { organisationId: own.stage.pharmacyId, role: 'PHARMACIST' }, 'Ada Lin');
    const pharmacist = client(email, (await signIn(email))['session'].accessToken);
    const { me } = await pharmacist.do('{ me { displayName memberships { role organisation { id } } } }');
    expect(me).toEqual({
      displayName: 'Ada Lin',
      memberships: [{ role: 'PHARMACIST', organisation: { id: own.stage.pharmacyId } }],
    });
  }, 30_000);
});

/** A draft of a schedule II medicine, ready to be signed. */
async function write(doctor: Client, patientId: string) {
  const { products } = await doctor.do(
    'query S($text: String!) { products(search: $text, first: 1) { edges { node { id name schedule } } } }',
    { text: 'oxycodone 5 mg tablet' },
  );
  const { id: productId, name: text } = products.edges[0].node;
  const opening = { kind: 'PRESCRIPTION', patientId, pharmacyId: own.stage.pharmacyId };
  // Tickets hears of the new clinic and its people a moment later.
  const { ticket } = await eventually(async () => {
    const answer = await doctor.tryChange('openTicket', { ...key(), ...opening }, 'ticket { id }');
    return answer['ticket'] && answer;
  }, 'the ticket can be opened');
  const { prescription } = await eventually(async () => {
    const draft = { ticketId: ticket.id, ...key() };
    const answer = await doctor.tryChange('draftPrescription', draft, 'prescription { id version }');
    return answer['prescription'] && answer;
  }, 'the prescription can be drafted');
  const line = {
    productId,
    text,
    quantity: 20,
    quantityUnit: 'tablet',
    instructions: 'As told.',
    durationDays: 5,
  };
  const written = await doctor.change(
    'setPrescriptionLines',
    { prescriptionId: prescription.id, expectedVersion: prescription.version, lines: [line] },
    'prescription { version }',
  );
  return { prescriptionId: prescription.id, expectedVersion: written['prescription'].version };
}
