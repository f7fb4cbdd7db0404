import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrganisationRegistered } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { administration, clinic, person, refusal } from './administration.ts';
import { demoActor, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
const { send, grant } = administration(() => identity);
const admin = demoActor('admin');
beforeAll(async () => {
  identity = await startIdentity();
});
afterAll(() => identity.close());

describe('registering an organisation', () => {
  it('adds it and tells of it, once for one key', async () => {
    const input = { ...clinic, idempotencyKey: newId() };
    const [first, again] = await Promise.all([
      send('registerOrganisation', input),
      send('registerOrganisation', input),
    ]);
    expect(first).toMatchObject({ organisation: clinic, userErrors: [] });
    expect(again).toEqual(first);
    const { id } = first.organisation;
    const events = (await identity.emitted(OrganisationRegistered)).filter(
      (event) => event.aggregateId === id,
    );
    expect(events).toEqual([
      {
        aggregateId: id,
        sequence: 1,
        data: { organisationId: id, kind: 'clinic', timeZone: clinic.timeZone, jurisdiction: 'US-OR' },
        actorId: admin.userId,
      },
    ]);
    expect(await send('registerOrganisation', { ...input, name: 'Another' })).toMatchObject(
      refusal('IDEMPOTENCY_MISMATCH', 'idempotencyKey'),
    );
  });

  it.each([
    [{ name: '  ' }, 'name'],
    [{ name: 'two\nlines' }, 'name'],
    [{ name: 'x'.repeat(121) }, 'name'],
    [{ city: '' }, 'city'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: '+02:00' }, 'timeZone'],
    [{ jurisdiction: 'Oregon' }, 'jurisdiction'],
    [{ idempotencyKey: '1' }, 'idempotencyKey'],
  ])('names what is wrong: %j', async (wrong, field) => {
    expect(await send('registerOrganisation', { ...clinic, ...wrong })).toMatchObject({
      organisation: null,
      ...refusal('INVALID', field),
    });
  });

  it('reports every problem at once', async () => {
    const { userErrors } = await send('registerOrganisation', { ...clinic, name: '', city: '' });
    expect(userErrors.map((error: { message: string }) => error.message)).toEqual([
      'name: must not be empty',
      'city: must not be empty',
    ]);
  });
});

describe('registering a person', () => {
  it('adds them with a password, once for one key', async () => {
    const input = { ...person(), email: 'Ada.Brandt@Demo.Example', idempotencyKey: newId() };
    const first = await send('registerUser', input);
    const { displayName, givenName, familyName } = input;
    expect(first.user).toMatchObject({
      displayName,
      givenName,
      familyName,
      email: 'ada.brandt@demo.example',
    });
    expect(await send('registerUser', input)).toEqual(first);
    await grant(first.user.id);
    expect((await identity.signIn('ada.brandt', { password: input.password })).session?.user.id).toBe(
      first.user.id,
    );
  });

  it('needs an address without an account', async () => {
    const input = person();
    await send('registerUser', input);
    expect(await send('registerUser', { ...input, email: input.email.toUpperCase() })).toMatchObject({
      user: null,
      ...refusal('INVALID', 'email'),
    });
    const left = await identity.sql(
      'SELECT FROM users u WHERE NOT EXISTS (SELECT FROM email_addresses WHERE user_id = u.id)',
    );
    expect(left).toEqual([]);
  });

  it.each([
    [{ email: 'nonsense' }, 'email'],
    [{ password: 'too short' }, 'password'],
    [{ displayName: '' }, 'displayName'],
    [{ givenName: 'x'.repeat(81) }, 'givenName'],
    [{ familyName: 'a\0b' }, 'familyName'],
  ])('names what is wrong: %j', async (wrong, field) => {
    expect(await send('registerUser', { ...person(), ...wrong })).toMatchObject({
      user: null,
      ...refusal('INVALID', field),
    });
  });

  it('does without names that are not known apart', async () => {
    const { user } = await send('registerUser', { ...person(), givenName: ' ', familyName: null });
    expect(user).toMatchObject({ givenName: null, familyName: null });
  });

  it('keeps nothing from which the password could be guessed quickly', async () => {
    const input = { ...person(), idempotencyKey: newId() };
    await send('registerUser', input);
    // Were it part of the command's fingerprint, another password would be other content.
    expect((await send('registerUser', { ...input, password: 'another long password' })).userErrors).toEqual(
      [],
    );
  });
});
