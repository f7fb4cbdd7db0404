import { beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../../src/client.ts';
import { releasedTicket } from '../../src/released-ticket.ts';
import { eventually } from '../../src/story/expect.ts';
import { ownPlatform } from '../running-platform.ts';

const own = ownPlatform();
let admin: Client;
beforeAll(async () => {
  admin = await Client.signIn(own.platform.url, 'admin@demo.example');
});

const key = () => ({ idempotencyKey: crypto.randomUUID(), reason: 'Decided on ward 7.' });
const inForce = async () =>
  (await admin.do('{ catalogRelease { number } }'))['catalogRelease'].number as number;
const change = 'change { id key status problems { message } }';
const publication = async (id: string) =>
  (
    await admin.ask(
      'query P($id: ID!) { catalogPublication(id: $id) { status step stepsDone steps releaseNumber failure } }',
      { id },
    )
  ).data?.['catalogPublication'];
const rule = (id: string) => ({
  id,
  a: 'ingredient:warfarin',
  b: 'ingredient:cetirizine',
  severity: 'major',
  mechanism: 'Not known',
  effect: 'Seen on ward 7',
  management: 'Watch',
  exposure: 'systemic',
  sources: [{ kind: 'house-rule', ref: 'ward 7', checked: true }],
});
const found = async (search: string) =>
  (
    await own.stage.doctor.do(
      'query F($search: String!) { products(search: $search, first: 1) { edges { match { preselectable } node { id name withdrawals { id recallClass } } } } }',
      { search },
    )
  )['products'].edges[0];

describe('the catalog is administered (C-02, S-25)', () => {
  it('by a pharmacist who was given the right for rules, and for nothing else', async () => {
    const email = `curator-${crypto.randomUUID()}@demo.example`;
    const { user } = await admin.change(
      'registerUser',
      { idempotencyKey: crypto.randomUUID(), email, password: 'a long password', displayName: 'Curator' },
      'user { id }',
    );
    await admin.change(
      'grantMembership',
      {
        idempotencyKey: crypto.randomUUID(),
        userId: user.id,
        organisationId: own.stage.pharmacyId,
        role: 'PHARMACIST',
        licenceNumber: 'P-7',
        permissions: ['ManageClinicalRules'],
      },
      'membership { permissions }',
    );
    const curator = await Client.signIn(own.platform.url, email, 'a long password');
    const staged = await curator.change(
      'stageRule',
      { ...key(), kind: 'INTERACTION', rule: rule('loc-curated') },
      change,
    );
    expect(staged['change']).toMatchObject({ key: 'rule:loc-curated', status: 'STAGED', problems: [] });
    const publish = `mutation P($input: PublishCatalogChangesInput!) { publishCatalogChanges(input: $input) { userErrors { code } } }`;
    const refused = await curator.ask(publish, { input: { ...key(), expectedRelease: await inForce() } });
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('by a publication that survives the death of the service, whole and once', async () => {
    const catalog = own.platform.processes.catalog;
    const before = await inForce();
    await admin.change(
      'stageProduct',
      {
        ...key(),
        product: {
          genericName: 'Wardine',
          form: 'oral-solution',
          routes: ['oral'],
          ingredients: [{ code: 'morphine', strength: '7 mg/mL' }],
          supply: 'PRESCRIPTION_ONLY',
          schedule: 'CII',
        },
      },
      change,
    );
    const begun = await admin.change(
      'publishCatalogChanges',
      { ...key(), expectedRelease: before },
      'publication { id }',
    );
    const { id } = begun['publication'];
    let kills = 0;
    for (; kills < 3; kills++) {
      // Each time a little further on, so that it dies in another step.
      await eventually(
        async () => {
          const now = await publication(id);
          return now && (now.status !== 'RUNNING' || now.stepsDone > kills) && now.status !== 'QUEUED';
        },
        'the release is being made',
        60_000,
      );
      if ((await publication(id))?.status !== 'RUNNING') break;
      catalog.signal('SIGKILL');
      await catalog.untilReady(60_000);
    }
    expect(kills).toBeGreaterThan(0);
    const ended = await eventually(
      async () => {
        const now = await publication(id);
        return now && (now.status === 'DONE' || now.status === 'FAILED') && now;
      },
      'the publication ends',
      120_000,
    );
    expect(ended).toMatchObject({ status: 'DONE', failure: null, releaseNumber: before + 1 });
    expect(await inForce()).toBe(before + 1);
    expect((await found('wardine')).node.name).toBe('Wardine 7 mg/mL oral solution');
    const { screen } = await own.stage.doctor.do(
      `{ screen(input: { lines: [{ lineId: "a", ingredients: ["warfarin"] }, { lineId: "b", ingredients: ["cetirizine"] }],
           patient: { sex: MALE, pregnancy: NONE, liverImpairment: NONE } }) { findings { ruleId text } } }`,
    );
    expect(screen.findings).toContainEqual({ ruleId: 'loc-curated', text: 'Seen on ward 7' });
  }, 400_000);
});

describe('a product is recalled (C-10)', () => {
  it('and is stopped between the doctor and the hand-over; the ticket says so', async () => {
    const { node } = await found('cetirizine 10 mg tablet');
    const line = {
      productId: node.id,
      text: node.name,
      quantity: 10,
      quantityUnit: 'tablet',
      substitutionAllowed: true,
      instructions: 'One a day.',
    };
    const { ticketId, prescriptionId } = await releasedTicket(own.stage, { lines: [line] });
    const { withdrawal } = await admin.change(
      'recallProduct',
      { ...key(), productId: node.id, recallClass: 'I' },
      'withdrawal { id product { name } }',
    );
    expect(await found('cetirizine 10 mg tablet')).toMatchObject({
      match: { preselectable: false },
      node: { withdrawals: [{ id: withdrawal.id, recallClass: 'I' }] },
    });
    const marked = await eventually(async () => {
      const text = `query P($id: ID!) { prescription(id: $id) { lines { withdrawals { id reason }
        product { equivalents { name } } } } }`;
      const { prescription } = await own.stage.doctor.do(text, { id: prescriptionId });
      return prescription.lines[0].withdrawals.length > 0 && prescription.lines[0];
    }, 'the line is marked');
    expect(marked.withdrawals).toEqual([{ id: withdrawal.id, reason: 'Decided on ward 7.' }]);
    const noted = await eventually(async () => {
      const text =
        'query T($id: ID!) { ticket(id: $id) { timeline(first: 100) { edges { node { noted } } } } }';
      const { ticket } = await own.stage.doctor.do(text, { id: ticketId });
      return ticket.timeline.edges
        .map((edge: any) => edge.node.noted)
        .find((each: any) => /withdrawal/i.test(each));
    }, 'the timeline says so');
    expect(noted).toContain('withdrawal_noted');
    const mine = `query W($id: ID!) { productWithdrawal(id: $id) { impact { prescriptions patients }
      prescriptions { edges { node { id } } } } }`;
    const { productWithdrawal: doctors } = await own.stage.doctor.do(mine, { id: withdrawal.id });
    expect(doctors).toMatchObject({
      impact: null,
      prescriptions: { edges: [{ node: { id: prescriptionId } }] },
    });
    const { productWithdrawal: counted } = await admin.do(mine, { id: withdrawal.id });
    expect(counted).toMatchObject({
      impact: { prescriptions: 1, patients: 0 },
      prescriptions: { edges: [] },
    });

    const { claim } = await own.stage.pharmacist.change(
      'claimTicket',
      { ticketId, idempotencyKey: crypto.randomUUID() },
      'claim { token }',
    );
    const fill = await eventually(async () => {
      const text = 'query T($id: ID!) { ticket(id: $id) { fill { version lines { line { id } } } } }';
      return (await own.stage.pharmacist.do(text, { id: ticketId }))['ticket'].fill;
    }, 'the pharmacy has the fill');
    const lot = { quantity: 10, lot: 'L1', expiresOn: '2099-01-01' };
    const stopped = await own.stage.pharmacist.tryChange(
      'prepareLines',
      {
        ticketId,
        claimToken: claim.token,
        expectedVersion: fill.version,
        lines: [{ lineId: fill.lines[0].line.id, lots: [lot] }],
      },
      'fill { version }',
    );
    expect(stopped['userErrors']).toMatchObject([
      { code: 'BLOCKED', message: expect.stringContaining('recalled (class I)') },
    ]);
  });
});
