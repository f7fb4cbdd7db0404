import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { ReleasePublished } from '@carethread/contracts/events/catalog.ts';
import { MembershipEnded, MembershipGranted } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import type { TestService } from '@carethread/service-kit/testing/test-service.ts';
import { publishAgain } from '../src/release/publish-again.ts';
import { usual } from '../src/release/concerns.ts';
import { replacePart } from '../src/release/replace-part.ts';
import { asAdmin, curator, doing, key, startCatalog } from './administration.ts';
import { product } from './shipped-release.ts';

// Releases are made one after the other here.
jest.setTimeout(180_000);

let catalog: TestService;
let run: ReturnType<typeof doing>;
beforeAll(async () => {
  catalog = await startCatalog();
  run = doing(catalog);
});
afterAll(() => catalog?.close());

const admin = person('administrator');
const warfarin = product('warfarin', 'tablet', 'oral', '5 mg');
const change =
  'change { id key kind status version problems { path message } difference { field before after } }';
const publication = 'publication { id status step stepsDone steps releaseNumber failure }';
const inForce = async (): Promise<number> =>
  (await catalog.query(admin, '{ catalogRelease { number } }'))['catalogRelease'].number;
const publish = async (who = admin, more: object = {}) => {
  const input = { ...key(), expectedRelease: await inForce(), ...more };
  const begun = await run(who, 'publishCatalogChanges', input, publication);
  await catalog.drain();
  return begun;
};
const publicationOf = async (id: string) =>
  (
    await catalog.query(
      admin,
      `query P($id: ID!) { catalogPublication(id: $id) { id status step stepsDone steps
     releaseNumber failure requestedBy { id } } }`,
      { id },
    )
  )['catalogPublication'];
const rule = (text = 'Bleeding') => ({
  id: 'loc-001',
  a: 'ingredient:warfarin',
  b: 'ingredient:cetirizine',
  severity: 'major',
  mechanism: 'Not known',
  effect: text,
  management: 'Watch',
  exposure: 'systemic',
  sources: [{ kind: 'house-rule', ref: 'ward 7', checked: true }],
});
const compound = {
  genericName: 'Morphine for the ward',
  form: 'oral-solution',
  routes: ['oral'],
  ingredients: [{ code: 'morphine', strength: '7 mg/mL' }],
  supply: 'PRESCRIPTION_ONLY',
  schedule: 'CII',
  codes: [{ system: 'HOUSE', value: 'W7' }],
};
const found = async (search: string) =>
  (
    await catalog.query(
      admin,
      `query F($search: String!) { products(search: $search, first: 3) { edges { node { id name strength origin supply schedule
         codes { system value } ingredients { strength ingredient { code } } } } } }`,
      { search },
    )
  )['products'].edges.map(({ node }: any) => node);

describe('who may change the catalog (S-25)', () => {
  it.each([
    ['stageProductRemoval', { ...key(), productId: warfarin }, 'ManageDrugCatalog'],
    ['stageLookAlike', { ...key(), a: 'warfarin', b: 'cetirizine' }, 'ManageDrugCatalog'],
    ['withdrawProduct', { ...key(), productId: warfarin }, 'ManageDrugCatalog'],
    ['stageRuleOff', { ...key(), ruleId: 'ddi-030' }, 'ManageClinicalRules'],
    ['publishCatalogChanges', { ...key(), expectedRelease: 1 }, 'PublishCatalogRelease'],
    ['rollBackCatalog', { ...key(), expectedRelease: 1, releaseNumber: 1 }, 'PublishCatalogRelease'],
  ] as const)('%s needs its own right', async (name, input, right) => {
    const rights = (['ManageDrugCatalog', 'ManageClinicalRules', 'PublishCatalogRelease'] as const).filter(
      (each) => each !== right,
    );
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const text = `mutation M($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;
    const refused = await catalog.ask(curator(...rights), text, { input });
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    expect((await catalog.ask(person('doctor'), text, { input })).errors?.[0]?.extensions?.code).toBe(
      'FORBIDDEN',
    );
  });

  it('shows what is staged to those who administer only', async () => {
    const list = '{ catalogChanges { edges { node { id } } } }';
    const { errors } = await catalog.ask(person('doctor'), list);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect((await catalog.query(curator('ManageClinicalRules'), list))['catalogChanges'].edges).toEqual([]);
  });
});

describe('staging', () => {
  it('names each field that is wrong', async () => {
    const input = {
      ...key(),
      product: {
        ...compound,
        form: 'cloud',
        routes: ['oral', 'ear-ring'],
        ingredients: [
          { code: 'morphine', strength: '7 pinches' },
          { code: 'unobtainium', strength: '1 mg' },
        ],
        category: 'X99',
      },
    };
    const { change: none, userErrors } = await run(admin, 'stageProduct', input, change);
    expect(none).toBeNull();
    expect(userErrors.map(({ path }: any) => path.join('.')).toSorted()).toEqual([
      'input.product.category',
      'input.product.form',
      'input.product.ingredients.0.strength',
      'input.product.ingredients.1.code',
      'input.product.routes.1',
    ]);
    const wrong = { ...rule(), a: 'ingredient:unobtainium', severity: 'terrible' };
    const refused = await run(admin, 'stageRule', { ...key(), kind: 'INTERACTION', rule: wrong }, change);
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID', path: ['input', 'rule', 'severity'] }]);
    const unknown = { ...rule(), a: 'ingredient:unobtainium' };
    expect(
      (await run(admin, 'stageRule', { ...key(), kind: 'INTERACTION', rule: unknown }, change)).userErrors,
    ).toMatchObject([{ code: 'INVALID', path: ['input', 'rule', 'a'] }]);
  });

  it('happens once per key, one change of a thing at a time, and can be taken back', async () => {
    const input = { ...key(), a: 'warfarin', b: 'cetirizine' };
    const one = await run(admin, 'stageLookAlike', input, change);
    expect(await run(admin, 'stageLookAlike', input, change)).toEqual(one);
    expect(one.change).toMatchObject({
      key: 'look-alike:cetirizine:warfarin',
      kind: 'LOOK_ALIKE',
      status: 'STAGED',
    });
    const other = { ...input, b: 'morphine' };
    expect((await run(admin, 'stageLookAlike', other, change)).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_MISMATCH' },
    ]);
    const second = { ...key(), a: 'cetirizine', b: 'warfarin' };
    expect((await run(admin, 'stageLookAlike', second, change)).userErrors).toMatchObject([
      { code: 'CONFLICT' },
    ]);
    const { id: changeId, version } = one.change;
    const discard = (who: typeof admin, expectedVersion: number) =>
      run(who, 'discardCatalogChange', { changeId, expectedVersion }, change);
    expect((await discard(curator('ManageClinicalRules'), version)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED' },
    ]);
    expect((await discard(admin, version + 1)).userErrors).toMatchObject([
      { code: 'CONFLICT', currentVersion: version },
    ]);
    expect((await discard(admin, version)).change).toMatchObject({ status: 'DISCARDED' });
  });
});

describe('publishing', () => {
  it('makes a release of what is staged, of all kinds, and leaves what is not named', async () => {
    const staged = [
      await run(admin, 'stageProduct', { ...key(), product: compound }, change),
      await run(
        admin,
        'stageSynonym',
        { ...key(), ingredient: 'warfarin', name: 'Warfarinum', language: 'la' },
        change,
      ),
      await run(admin, 'stageLookAlike', { ...key(), a: 'warfarin', b: 'cetirizine' }, change),
      await run(admin, 'stageRule', { ...key(), kind: 'INTERACTION', rule: rule() }, change),
      await run(admin, 'stageRuleSeverity', { ...key(), ruleId: 'ddi-030', severity: 'MODERATE' }, change),
    ];
    for (const { userErrors } of staged) expect(userErrors).toEqual([]);
    expect(staged[4].change.difference).toEqual([{ field: 'severity', before: 'major', after: 'moderate' }]);
    const waits = await run(admin, 'stageRuleOff', { ...key(), ruleId: 'ddi-062' }, change);
    const changeIds = staged.map((each) => each.change.id);
    const begun = await publish(admin, { changeIds });
    expect(begun).toMatchObject({ publication: { status: 'QUEUED' }, userErrors: [] });
    const ended = await publicationOf(begun.publication.id);
    expect(ended).toMatchObject({
      status: 'DONE',
      step: 'done',
      stepsDone: ended.steps,
      releaseNumber: 2,
      failure: null,
      requestedBy: { id: admin.userId },
    });
    expect(await inForce()).toBe(2);
    expect(await found('morphine for the ward')).toEqual([
      expect.objectContaining({
        name: 'Morphine for the ward 7 mg/mL oral solution',
        origin: 'LOCAL',
        schedule: 'CII',
        codes: [{ system: 'HOUSE', value: 'W7' }],
        ingredients: [{ strength: '7 mg/mL', ingredient: { code: 'morphine' } }],
      }),
    ]);
    const { ingredient, screen } = await catalog.query(
      person('doctor'),
      `{ ingredient(code: "warfarin") { lookAlikes synonyms { name language } }
         screen(input: { lines: [{ lineId: "a", ingredients: ["warfarin"] }, { lineId: "b", ingredients: ["cetirizine", "ibuprofen"] }],
           patient: { sex: MALE, pregnancy: NONE, liverImpairment: NONE } }) { findings { ruleId severity } } }`,
    );
    expect(ingredient.lookAlikes).toContain('Cetirizine');
    expect(ingredient.synonyms).toContainEqual({ name: 'Warfarinum', language: 'la' });
    expect(screen.findings).toEqual(
      expect.arrayContaining([
        { ruleId: 'loc-001', severity: 'MAJOR' },
        { ruleId: 'ddi-030', severity: 'MODERATE' },
      ]),
    );
    const { catalogChanges } = await catalog.query(
      admin,
      '{ catalogChanges { edges { node { id leftOut } } } }',
    );
    expect(catalogChanges.edges.map(({ node }: any) => node.id)).toEqual([waits.change.id]);
    const told = await catalog.emitted(ReleasePublished);
    expect(told.map(({ data }) => data.number)).toEqual([1, 2]);
  });

  it('keeps what was changed here when another part is imported again', async () => {
    const ofOurOwn = {
      origin: 'rules' as const,
      contentHash: 'another',
      sourceName: 'House rules',
      sourceDate: null,
      licence: 'none',
      write: async () => ({}),
    };
    const replaced = await asAdmin(catalog, (pool) =>
      inTransaction(pool, (tx) => replacePart(tx, ofOurOwn, usual)),
    );
    expect(replaced).toMatchObject({ outcome: 'published', concerns: [] });
    expect(await inForce()).toBe(3);
    expect(await found('morphine for the ward')).toHaveLength(1);
    const [{ severity, origin }] = (await catalog.sql(
      `SELECT severity, origin FROM reference.interaction_rule
        WHERE id = 'ddi-030' AND release_id = (SELECT release_id FROM reference.current_release)`,
    )) as [{ severity: string; origin: string }];
    expect({ severity, origin }).toEqual({ severity: 'moderate', origin: 'local' });
  });

  it('changes a shipped product, takes one out, and gives both back', async () => {
    const edited = {
      ...compound,
      genericName: 'Warfarin',
      form: 'tablet',
      ingredients: [{ code: 'warfarin', strength: '5 mg' }],
      schedule: null,
      brands: ['Ward brand'],
      codes: [{ system: 'ATC', value: 'B01AA03' }],
    };
    const gone = product('warfarin', 'tablet', 'oral', '1 mg');
    const first = await run(
      admin,
      'stageProduct',
      { ...key(), productId: warfarin, product: edited },
      change,
    );
    expect(first.change.difference.map(({ field }: any) => field).toSorted()).toEqual(['brands', 'category']);
    await run(admin, 'stageProductRemoval', { ...key(), productId: gone }, change);
    await publish();
    expect((await found('ward brand')).map(({ id }: any) => id)).toEqual([warfarin]);
    expect((await found('warfarin 1 mg')).map(({ id }: any) => id)).not.toContain(gone);
    for (const id of [warfarin, gone])
      expect((await run(admin, 'stageUndo', { ...key(), key: `product:${id}` }, change)).userErrors).toEqual(
        [],
      );
    await publish();
    expect(await found('ward brand')).toEqual([]);
    expect((await found('warfarin 1 mg')).map(({ id }: any) => id)).toContain(gone);
    const rows = await catalog.sql(
      `SELECT generic_name, brands, category, origin, strength FROM reference.product JOIN reference.release ON release.id = release_id
        WHERE product.id = $1 AND number IN (1, $2) ORDER BY number`,
      [warfarin, await inForce()],
    );
    expect(rows[1]).toEqual(rows[0]);
  });

  it('takes a rule out, with its reason on record', async () => {
    expect(
      await catalog.sql(`SELECT count(*)::int AS n FROM reference.interaction_rule
      WHERE id = 'ddi-062' AND release_id = (SELECT release_id FROM reference.current_release)`),
    ).toEqual([{ n: 0 }]);
    const { catalogChanges } = await catalog.query(
      admin,
      '{ catalogChanges(inForce: true) { edges { node { key reason inForce stagedBy { id } } } } }',
    );
    expect(catalogChanges.edges.map(({ node }: any) => node)).toContainEqual({
      key: 'rule:ddi-062',
      reason: 'The ward asked for it.',
      inForce: true,
      stagedBy: { id: admin.userId },
    });
  });

  it('refuses what was looked at against another release', async () => {
    await run(admin, 'stageLookAlikeRemoval', { ...key(), a: 'warfarin', b: 'cetirizine' }, change);
    const refused = await publish(admin, { expectedRelease: 1 });
    expect(refused.userErrors).toMatchObject([{ code: 'CONFLICT', path: ['input', 'expectedRelease'] }]);
    await publish();
  });

  it('goes back to an earlier release and on again', async () => {
    const now = await inForce();
    const back = { ...key(), expectedRelease: now, releaseNumber: 1 };
    const begun = await run(admin, 'rollBackCatalog', back, publication);
    await catalog.drain();
    expect(await publicationOf(begun.publication.id)).toMatchObject({ status: 'DONE', releaseNumber: 1 });
    expect(await inForce()).toBe(1);
    expect(await found('morphine for the ward')).toEqual([]);
    await asAdmin(catalog, (pool) => inTransaction(pool, (tx) => publishAgain(tx, now)));
    expect(await inForce()).toBe(now);
  });

  it('does two dose rules for the same patients not at all, and says why', async () => {
    const dose = (id: string) => ({
      id,
      ingredient: 'cetirizine',
      routes: ['ophthalmic'],
      population: { ageMonths: { from: 2400 } },
      maxPerDay: { amount: '1', unit: 'mg' },
      text: 'Much',
      sources: rule().sources,
    });
    for (const id of ['loc-d1', 'loc-d2'])
      expect(
        (await run(admin, 'stageRule', { ...key(), kind: 'DOSE', rule: dose(id) }, change)).userErrors,
      ).toEqual([]);
    const before = await inForce();
    const begun = await publish();
    const ended = await publicationOf(begun.publication.id);
    expect(ended).toMatchObject({ status: 'FAILED', releaseNumber: null });
    expect(ended.failure).toContain('loc-d1 is for some of the same patients');
    expect(await inForce()).toBe(before);
    const { catalogChanges } = await catalog.query(
      admin,
      '{ catalogChanges { edges { node { id version status } } } }',
    );
    expect(catalogChanges.edges.map(({ node }: any) => node.status)).toEqual(['STAGED', 'STAGED']);
    for (const { node } of catalogChanges.edges)
      await run(admin, 'discardCatalogChange', { changeId: node.id, expectedVersion: node.version }, change);
  });
});

describe('four eyes', () => {
  const second = { ...curator('PublishCatalogRelease'), userId: newId<'User'>() };
  const about = {
    membershipId: second.membershipId,
    userId: second.userId,
    organisationId: second.organisationId,
    role: 'pharmacist' as const,
  };
  it('are wanted for rules as soon as there are four', async () => {
    await catalog.publish(MembershipGranted, {
      aggregateId: about.membershipId,
      sequence: 1,
      data: { ...about, permissions: ['PublishCatalogRelease'] },
    });
    await catalog.drain();
    const staged = await run(
      admin,
      'stageRule',
      { ...key(), kind: 'INTERACTION', rule: rule('Other words') },
      change,
    );
    const alone = await publish();
    expect(alone.userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', path: ['input', 'changeIds', staged.change.id] },
    ]);
    const together = await publish(second);
    expect(together.userErrors).toEqual([]);
    expect((await publicationOf(together.publication.id)).status).toBe('DONE');
    await catalog.publish(MembershipEnded, { aggregateId: about.membershipId, sequence: 2, data: about });
    await catalog.drain();
    // Old news that comes late makes nobody a publisher again.
    await catalog.publish(MembershipGranted, {
      aggregateId: about.membershipId,
      sequence: 1,
      data: { ...about, permissions: ['PublishCatalogRelease'] },
    });
    await catalog.drain();
    await run(admin, 'stageRule', { ...key(), kind: 'INTERACTION', rule: rule() }, change);
    expect((await publish()).userErrors).toEqual([]);
  });
});
