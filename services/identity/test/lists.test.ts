import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@carethread/contracts/ids.ts';
import { demoActor, demoOrganisationId, demoUserId, type Identity, startIdentity } from './identity.ts';

let identity: Identity;
beforeAll(async () => {
  identity = await startIdentity();
  for (const name of ['Åsa 100% Öberg', 'Bo_b', 'Bob', 'Bob']) await addPatient(name);
});
afterAll(() => identity.close());

async function addPatient(name: string) {
  const id = newId();
  await identity.sql('INSERT INTO users (id, display_name) VALUES ($1, $2)', [id, name]);
  await identity.sql(
    `INSERT INTO memberships (id, user_id, organisation_id, role, granted_at) VALUES ($1, $2, $3, 'patient', now())`,
    [newId(), id, demoOrganisationId('harbour-clinic')],
  );
}

interface Connection {
  edges: { node: { name?: string; kind?: string; displayName?: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}
const nodesOf = ({ edges }: Connection) => edges.map((edge) => edge.node);
const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

describe('organisations', () => {
  const query = `query ($kind: OrganisationKind, $first: Int, $after: String) {
    organisations(kind: $kind, first: $first, after: $after) { edges { node { name kind } } ${page} } }`;

  it('are listed by name for everybody signed in', async () => {
    const { data } = await identity.ask(demoActor('patient'), query, { kind: 'PHARMACY', first: 10 });
    expect(nodesOf(data.organisations)).toEqual([
      { name: 'Market Pharmacy', kind: 'PHARMACY' },
      { name: 'Quay Pharmacy', kind: 'PHARMACY' },
    ]);
    expect(data.organisations.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  it('come page by page', async () => {
    const pageAfter = async (after: string | null): Promise<Connection> =>
      (await identity.ask(demoActor('doctor'), query, { first: 2, after })).data.organisations;
    const pages = [await pageAfter(null)];
    while (pages.at(-1)!.pageInfo.hasNextPage) pages.push(await pageAfter(pages.at(-1)!.pageInfo.endCursor));
    expect(pages.flatMap(nodesOf).map(({ name }) => name)).toEqual([
      'Carethread Operations',
      'Harbour Clinic',
      'Hillside Clinic',
      'Market Pharmacy',
      'Quay Pharmacy',
    ]);
  });

  it.each([{ first: 0 }, { first: 101 }, { first: 10, after: 'nonsense' }])('refuse %j', async (wrong) => {
    const { errors } = await identity.ask(demoActor('patient'), query, wrong);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('are for people who are signed in', async () => {
    const { errors } = await identity.ask(null, query, { first: 10 });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('patients', () => {
  const query = `query ($first: Int, $after: String, $search: String) {
    patients(first: $first, after: $after, search: $search) { edges { cursor node { displayName } } ${page} } }`;
  const namesFor = async (login: string, variables: object = {}) => {
    const { data } = await identity.ask(demoActor(login), query, { first: 100, ...variables });
    return nodesOf(data.patients).map(({ displayName }) => displayName);
  };

  it('are those registered with the clinic the doctor acts for', async () => {
    expect(await namesFor('doctor')).toEqual(['Bo_b', 'Bob', 'Bob', 'Mara Lindqvist', 'Åsa 100% Öberg']);
    expect(await namesFor('doctor2')).toEqual(['Tomás Rivera']);
  });

  it('are found by a part of the name, taken as it is written', async () => {
    expect(await namesFor('doctor', { search: 'LIND' })).toEqual(['Mara Lindqvist']);
    expect(await namesFor('doctor', { search: 'o_b' })).toEqual(['Bo_b']);
    expect(await namesFor('doctor', { search: '0% Ö' })).toEqual(['Åsa 100% Öberg']);
    expect(await namesFor('doctor', { search: '\\' })).toEqual([]);
    expect(await namesFor('doctor', { search: '\0' })).toEqual([]);
    expect(await namesFor('doctor', { search: 'Tomás' })).toEqual([]);
  });

  it('come page by page, namesakes as well', async () => {
    const { data: first } = await identity.ask(demoActor('doctor'), query, { first: 2 });
    expect(first.patients.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const after = first.patients.pageInfo.endCursor;
    expect(await namesFor('doctor', { after })).toEqual(['Bob', 'Mara Lindqvist', 'Åsa 100% Öberg']);
  });

  it('are for doctors', async () => {
    for (const login of ['patient', 'pharmacist', 'admin']) {
      const { errors } = await identity.ask(demoActor(login), query, { first: 10 });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});

describe('everybody', () => {
  const query = `query ($search: String) { users(first: 3, search: $search) { edges { node { id email } } ${page} } }`;

  it('is listed for administrators', async () => {
    const { data } = await identity.ask(demoActor('admin'), query, { search: 'okafor' });
    expect(data.users.edges).toEqual([{ node: { id: demoUserId('doctor'), email: 'doctor@demo.example' } }]);
    const all = await identity.ask(demoActor('admin'), query);
    expect(all.data.users.pageInfo.hasNextPage).toBe(true);
  });

  it('is not listed for others', async () => {
    const { errors } = await identity.ask(demoActor('doctor'), query);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('me', () => {
  it('is the person who asks', async () => {
    const { data } = await identity.ask(demoActor('doctor'), '{ me { id email displayName } }');
    expect(data.me).toEqual({
      id: demoUserId('doctor'),
      email: 'doctor@demo.example',
      displayName: 'Dr Amina Okafor',
    });
  });
});
