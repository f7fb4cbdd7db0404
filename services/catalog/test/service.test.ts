import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '@carethread/bus/transaction.ts';
import { LinesResolved, ScreeningCompleted } from '@carethread/contracts/events/catalog.ts';
import {
  LinesWritten,
  PrescriptionSigned,
  RescreenRequested,
} from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { readCatalogConfig } from '../src/config.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { createCatalogService } from '../src/service.ts';
import { inputOf, line } from './screening-input.ts';
import { product } from './shipped-release.ts';

let catalog: TestService;
beforeAll(async () => {
  catalog = await startTestService('catalog', resolve(import.meta.dirname, '..'), (env) =>
    createCatalogService(readCatalogConfig(env)),
  );
});
afterAll(() => catalog?.close());

const doctor = person('doctor');
const ask = (query: string, variables: object = {}, who = doctor): Promise<any> =>
  catalog.query(who, query, variables);
const warfarin = product('warfarin', 'tablet', 'oral', '5 mg');
const asked = () => {
  const [one, two] = [newId<'Line'>(), newId<'Line'>()];
  return inputOf(
    [
      { ...line(one), productId: warfarin, dose: { amount: '5', unit: 'mg', perDay: 1 } },
      { ...line(two, 'ibuprofen'), dose: { amount: '400', unit: 'mg', perDay: 3 } },
    ],
    {},
  );
};
const whole = `status release { number } inputHash checked
  findings { key kind severity ruleId text management mechanism lineIds subjects sources { kind ref checked } }
  notChecked { check lineId reason text }`;
const entity = `query E($of: [_Any!]!) { _entities(representations: $of) {
  ... on Prescription { findings { ${whole} } } ... on Product { id name release { number } } } }`;

describe('before the first release', () => {
  it('answers "not checked", never "clear"', async () => {
    const screeningInput = asked();
    const { _entities } = await ask(entity, {
      of: [{ __typename: 'Prescription', id: newId(), screeningInput }],
    });
    expect(_entities[0].findings).toMatchObject({
      status: 'INCOMPLETE',
      release: null,
      findings: [],
      checked: [],
      notChecked: [{ check: 'all', lineId: null, reason: 'catalog_not_ready' }],
    });
  });

  it('says that it cannot search', async () => {
    const { errors } = await catalog.ask(doctor, '{ catalogRelease { number } }');
    expect(errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
  });
});

describe('with the formulary', () => {
  beforeAll(async () => {
    const admin = new pg.Pool({ connectionString: catalog.loginUrl('admin'), max: 1, pipeline: true });
    await inTransaction(admin, loadFormulary);
    await admin.end();
  });

  it('finds products, and says why', async () => {
    const { products } = await ask(
      `query P($text: String!) { products(search: $text, first: 2) {
         edges { cursor match { reason text preselectable }
           node { id name genericName brandName brands strength routes supply schedule origin lookAlikes
             form { code name } category { code name } company { name } release { number }
             ingredients { strength ingredient { code name } } codes { system value } packages { code } } }
         pageInfo { hasNextPage hasPreviousPage endCursor } facets { field value label count } } }`,
      { text: 'Coumadin 5mg' },
    );
    expect(products.edges).toHaveLength(1);
    expect(products.edges[0]).toMatchObject({
      match: { reason: 'SYNONYM', text: 'Coumadin', preselectable: true },
      node: {
        id: warfarin,
        name: 'Warfarin 5 mg tablet',
        genericName: 'Warfarin',
        brandName: null,
        brands: ['Coumadin', 'Jantoven'],
        strength: '5 mg',
        routes: ['oral'],
        supply: 'PRESCRIPTION_ONLY',
        schedule: null,
        origin: 'FORMULARY',
        lookAlikes: [],
        form: { code: 'tablet', name: 'tablet' },
        category: { code: 'B01', name: 'Blood clot prevention' },
        company: null,
        release: { number: 1 },
        ingredients: [{ strength: '5 mg', ingredient: { code: 'warfarin', name: 'Warfarin' } }],
        codes: [{ system: 'ATC', value: 'B01AA03' }],
        packages: [],
      },
    });
    expect(products.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  it('never proposes a misspelling or half a name that looks like another (C-08)', async () => {
    const matches = async (text: string) => {
      const { products } = await ask(
        'query P($text: String!) { products(search: $text) { edges { match { reason text preselectable lookAlikes } node { genericName lookAlikes } } } }',
        { text },
      );
      return products.edges[0];
    };
    expect(await matches('warfrin')).toMatchObject({
      match: { reason: 'TYPO', text: 'Warfarin', preselectable: false },
    });
    const half = await matches('hydrox');
    expect(half.match).toMatchObject({ reason: 'PREFIX', preselectable: false });
    const exact = await matches('hydroxyzine');
    expect(exact).toMatchObject({ match: { reason: 'EXACT', preselectable: true } });
    expect(exact.node.lookAlikes).toContain('Hydralazine');
    expect(exact.match.lookAlikes).toEqual(exact.node.lookAlikes);
  });

  it('pages, filters, and refuses what is no page', async () => {
    const list =
      'query P($after: String, $first: Int! = 2) { products(search: "prednisone", first: $first, after: $after, filter: { forms: ["tablet"] }) { edges { node { strength } } pageInfo { hasNextPage endCursor } } }';
    const { products: one } = await ask(list);
    const { products: two } = await ask(list, { after: one.pageInfo.endCursor });
    expect([...one.edges, ...two.edges].map(({ node }: any) => node.strength)).toEqual([
      '1 mg',
      '2.5 mg',
      '5 mg',
      '10 mg',
    ]);
    for (const variables of [{ first: 101 }, { first: 0 }, { after: 'nonsense' }]) {
      const { errors } = await catalog.ask(doctor, list, variables);
      expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
    }
  });

  it('reads products, ingredients, classes and conditions', async () => {
    const data = await ask(
      `query R($id: ID!) { product(id: $id) { name equivalents { name } } nothing: product(id: "no-id") { id }
         ingredient(code: "acetaminophen") { name reviewed schedule synonyms { name kind language } codes { system value } classes { code name } }
         ingredients(search: "paracetamol") { edges { node { code } match { reason text preselectable } } pageInfo { hasNextPage } }
         misspelt: ingredients(search: "amoxicillan", first: 1) { edges { node { code } match { reason preselectable } } }
         ingredientClasses { code name members } conditions(search: "asthma") { code name } }`,
      { id: warfarin },
    );
    expect(data.product).toEqual({ name: 'Warfarin 5 mg tablet', equivalents: [] });
    expect(data.nothing).toBeNull();
    expect(data.ingredient).toMatchObject({ name: 'Acetaminophen', reviewed: true, schedule: null });
    expect(data.ingredient.synonyms).toContainEqual({ name: 'paracetamol', kind: 'INN', language: null });
    expect(data.ingredient.codes).toEqual([{ system: 'ATC', value: 'N02BE01' }]);
    expect(data.ingredients).toEqual({
      edges: [
        {
          node: { code: 'acetaminophen' },
          match: { reason: 'SYNONYM', text: 'paracetamol', preselectable: true },
        },
      ],
      pageInfo: { hasNextPage: false },
    });
    expect(data.misspelt.edges).toEqual([
      { node: { code: 'amoxicillin' }, match: { reason: 'TYPO', preselectable: false } },
    ]);
    expect(data.ingredientClasses).toContainEqual(
      expect.objectContaining({ code: 'STATIN', members: expect.arrayContaining(['atorvastatin']) }),
    );
    expect(data.conditions).toEqual([{ code: 'asthma', name: 'Asthma' }]);
  });

  it('warns while a prescription is written, in the words of the rule', async () => {
    const screeningInput = asked();
    const { _entities } = await ask(entity, {
      of: [
        { __typename: 'Prescription', id: newId(), screeningInput },
        { __typename: 'Prescription', id: newId(), screeningInput: null },
        { __typename: 'Product', id: warfarin },
      ],
    });
    expect(_entities[0].findings).toMatchObject({
      status: 'FINDINGS',
      release: { number: 1 },
      findings: [
        {
          kind: 'INTERACTION',
          severity: 'MAJOR',
          ruleId: 'ddi-030',
          text: 'Gastrointestinal bleeding',
          management: 'Avoid; if needed shortest course with gastroprotection',
          lineIds: screeningInput.lines.map(({ lineId }) => lineId).toSorted(),
          subjects: ['ibuprofen', 'warfarin'],
        },
      ],
      notChecked: [],
    });
    expect(_entities[1].findings).toBeNull();
    expect(_entities[2]).toEqual({ id: warfarin, name: 'Warfarin 5 mg tablet', release: { number: 1 } });
  });

  it('judges a draft that somebody types, for doctors and pharmacists only', async () => {
    const query = `query S($input: ScreeningInput!) { screen(input: $input) { ${whole} } }`;
    const input = {
      lines: [
        { lineId: 'a', ingredients: ['amoxicillin'], dose: { amount: '500', unit: 'mg', perDay: 3 } },
        { lineId: 'b' },
      ],
      patient: {
        ageMonths: 480,
        sex: 'FEMALE',
        pregnancy: 'UNKNOWN',
        liverImpairment: 'UNKNOWN',
        allergies: ['class:PENICILLIN'],
        uncodedAllergies: 1,
      },
    };
    const { screen } = await ask(query, { input });
    expect(screen.status).toBe('INCOMPLETE');
    expect(screen.findings.map(({ ruleId }: any) => ruleId)).toEqual(['alg-001']);
    expect(screen.notChecked).toEqual([
      expect.objectContaining({ check: 'all', lineId: 'b', reason: 'uncoded_drug' }),
      expect.objectContaining({ check: 'allergy', reason: 'free_text_allergy' }),
    ]);
    const { errors } = await catalog.ask(person('patient'), query, { input });
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  describe('when a prescription is signed', () => {
    const signed = () => ({
      prescriptionId: newId<'Prescription'>(),
      ticketId: newId<'Ticket'>(),
      contentVersion: 1,
      contentHash: 'a'.repeat(64),
      screeningNumber: 1,
      screening: asked(),
    });
    const screenings = (prescriptionId: string) =>
      catalog.sql<{ screening_number: number; status: string; input: any; verdict: any }>(
        'SELECT * FROM operational.screening WHERE prescription_id = $1 ORDER BY screening_number',
        [prescriptionId],
      );
    const tell = (
      definition: typeof PrescriptionSigned | typeof RescreenRequested,
      sequence: number,
      data: ReturnType<typeof signed>,
    ) =>
      catalog.publish(definition, {
        aggregateId: data.prescriptionId,
        sequence,
        data,
      });
    const toldOf = async (prescriptionId: string) =>
      (await catalog.emitted(ScreeningCompleted)).filter(
        ({ data }) => data.prescriptionId === prescriptionId,
      );

    it('judges it, keeps the verdict with what it was made from, and tells', async () => {
      const data = signed();
      await tell(PrescriptionSigned, 1, data);
      await catalog.drain();
      const [kept] = await screenings(data.prescriptionId);
      expect(kept).toMatchObject({ screening_number: 1, status: 'findings' });
      const told = await toldOf(data.prescriptionId);
      expect(told).toHaveLength(1);
      expect(told[0]).toMatchObject({ sequence: 1, data: { screeningNumber: 1, verdict: kept!.verdict } });
      expect(told[0]!.data.lines).toEqual([
        {
          lineId: data.screening.lines[0]!.lineId,
          wording: 'Warfarin 5 mg tablet',
          ingredients: ['warfarin'],
          schedule: null,
        },
        {
          lineId: data.screening.lines[1]!.lineId,
          wording: 'Ibuprofen',
          ingredients: ['ibuprofen'],
          schedule: null,
        },
      ]);
    });

    it('says before the signature what the lines are, and keeps nothing of it', async () => {
      const { screening: _, screeningNumber: __, ...about } = signed();
      const oxycodone = { lineId: newId<'Line'>(), productId: null, ingredients: ['oxycodone'] };
      const unheardOf = { lineId: newId<'Line'>(), productId: newId<'Product'>(), ingredients: [] };
      await catalog.publish(LinesWritten, {
        aggregateId: about.prescriptionId,
        sequence: 2,
        data: { ...about, lines: [oxycodone, unheardOf] },
      });
      await catalog.drain();
      const told = (await catalog.emitted(LinesResolved)).filter(
        ({ data }) => data.prescriptionId === about.prescriptionId,
      );
      expect(told).toHaveLength(1);
      expect(told[0]!.data).toMatchObject({
        ...about,
        lines: [
          { lineId: oxycodone.lineId, wording: 'Oxycodone', ingredients: ['oxycodone'], schedule: 'CII' },
          { lineId: unheardOf.lineId, wording: null, ingredients: [], schedule: null },
        ],
      });
      expect(await screenings(about.prescriptionId)).toEqual([]);
    });

    it('answers each question once, and the next one anew', async () => {
      const data = signed();
      await tell(PrescriptionSigned, 1, data);
      await tell(PrescriptionSigned, 1, data);
      const patient = { ...data.screening.patient, allergies: ['ingredient:warfarin'] };
      await tell(RescreenRequested, 2, {
        ...data,
        screeningNumber: 2,
        screening: { ...data.screening, patient },
      });
      await catalog.drain();
      const kept = await screenings(data.prescriptionId);
      expect(kept.map(({ screening_number }) => screening_number)).toEqual([1, 2]);
      expect(kept[1]!.verdict.findings.map(({ ruleId }: any) => ruleId)).toContain('alg-same-ingredient');
      const told = await toldOf(data.prescriptionId);
      expect(told).toHaveLength(2);
    });

    it('lets no request read what was kept', async () => {
      await expect(catalog.sqlAsApp('SELECT FROM operational.screening')).rejects.toThrow(
        'permission denied',
      );
    });
  });
});
