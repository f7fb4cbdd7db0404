import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { importMedi } from '../src/import-medi/import-medi.ts';
import { importRules } from '../src/import-rules/import-rules.ts';
import { rulesSchema } from '../src/import-rules/rules-document.ts';
import { currentRelease } from '../src/release/current-release.ts';
import { withProducts } from '../src/release/load-products.ts';
import { screen } from '../src/screen/screen.ts';
import { type CatalogDatabase, createCatalogDatabase } from './catalog-database.ts';
import { imported, inRelease } from './importing.ts';
import { inputOf, line } from './screening-input.ts';

let database: CatalogDatabase;
let folder: string;
beforeAll(async () => {
  [database, folder] = await Promise.all([createCatalogDatabase(), mkdtemp(join(tmpdir(), 'medi-'))]);
  await database.as('admin', loadFormulary);
});
afterAll(async () => {
  await Promise.all([database?.drop(), folder && rm(folder, { recursive: true })]);
});

const header =
  'curie,curie_label,source_ingredients,approved_usa,marketing_status_usa,approved_europe,approved_japan,is_combination_therapy,atc_codes,unii,mesh,chebi';
const medi = [
  header,
  `CHEBI:1,Warfarin,WARFARIN POTASSIUM| WARFARIN SODIUM| Warfarin,1,DISCONTINUED| RX,,1,FALSE,['B01AA03'],5Q7ZVV76EI|6153CWM0CL,D014859,10033|87732`,
  `CHEBI:2,Acyclovir,ACICLOVIR| Acyclovir tablets,1,RX,1,,FALSE,['J05AB01'],,,`,
  `CHEBI:3,Dasanib,DASANIB| dasanib,,,1,,FALSE,['L01EA02'],,,`,
  `CHEBI:4,Framycetin,NEOMYCIN SULFATE,1,RX,,,FALSE,,,,`,
  `CHEBI:5,Mifepristone,MIFEPRISTONE; MISOPROSTOL| mifepristone misoprostol| MIFEPRISTONE,1,RX,,,FALSE,,,,`,
  `CHEBI:6,Herceptin,TRASTUZUMAB| trastuzumab,1,RX,,,FALSE,,,,`,
  `CHEBI:7,BAX 855,RURIOCTOCOG ALFA,1,RX,,,FALSE,,,,`,
  `CHEBI:8,"Combo, double",A| B,1,RX,,,TRUE,,,,`,
  `CHEBI:9,Onexol,ONEXOL,1,RX,,,FALSE,['A01AA01'],AAAAAAAAA1,,`,
  `CHEBI:10,Twoxol,TWOXOL,1,RX,,,FALSE,['A01AA01'],AAAAAAAAA1,,`,
  `CHEBI:11,Short,SHORT`,
];

describe('names and codes of ingredients', () => {
  let path: string;
  let first: Awaited<ReturnType<typeof run>>;
  const run = () => imported(database, (tx, listener) => importMedi(tx, path, listener));
  beforeAll(async () => {
    path = join(folder, 'medi.csv');
    await writeFile(path, medi.join('\n'));
    first = await run();
  });

  it('come to ingredients that surely match; new ones are unreviewed', async () => {
    expect(first.result).toMatchObject({
      outcome: 'published',
      counts: { 'known ingredients': 2, 'new ingredients': 4 },
    });
    expect(
      await inRelease(
        database,
        `SELECT code, name, reviewed FROM reference.ingredient WHERE release_id = release_in_force AND origin = 'medi' ORDER BY code`,
      ),
    ).toEqual([
      { code: 'dasanib', name: 'Dasanib', reviewed: false },
      { code: 'mifepristone', name: 'Mifepristone', reviewed: false },
      { code: 'onexol', name: 'Onexol', reviewed: false },
      { code: 'twoxol', name: 'Twoxol', reviewed: false },
    ]);
    expect(
      await inRelease(
        database,
        `SELECT system, value FROM reference.ingredient_code
          WHERE release_id = release_in_force AND ingredient_code = 'warfarin' ORDER BY system, value`,
      ),
    ).toEqual([
      { system: 'ATC', value: 'B01AA03' },
      { system: 'CHEBI', value: '10033' },
      { system: 'CHEBI', value: '87732' },
      { system: 'MESH', value: 'D014859' },
      { system: 'UNII', value: '5Q7ZVV76EI' },
      { system: 'UNII', value: '6153CWM0CL' },
    ]);
    expect(
      await inRelease(
        database,
        `SELECT region, status FROM reference.ingredient_approval
          WHERE release_id = release_in_force AND ingredient_code = 'warfarin' ORDER BY region, status`,
      ),
    ).toEqual([
      { region: 'JP', status: '' },
      { region: 'US', status: 'DISCONTINUED' },
      { region: 'US', status: 'RX' },
    ]);
  });

  it('are left out and reported where they are doubtful', () => {
    expect(first.skipped).toEqual([
      'medi 9: Combo, double: a combination',
      'medi 12: has 3 fields instead of 12',
      'medi 5: Framycetin: one of its names is Neomycin, but not its label',
      'medi 7: Herceptin: its label is none of the names that its sources use',
      'medi 8: BAX 855: its label is no plain name',
    ]);
    expect(first.remarks).toEqual(
      expect.arrayContaining([
        'medi 6: Mifepristone: the name "mifepristone misoprostol" is its name and something more',
        'medi 10: Onexol: "UNII AAAAAAAAA1" is claimed by several ingredients: onexol, twoxol',
        'medi 11: Twoxol: "ATC A01AA01" is claimed by several ingredients: onexol, twoxol',
      ]),
    );
  });

  it('change nothing the second time', async () => {
    expect((await run()).result).toMatchObject({ outcome: 'unchanged' });
  });
});

const source = [{ kind: 'house-rule', ref: 'ward 3', checked: true }];
const document = {
  format: 'carethread-clinical-rules/1',
  source: { name: 'Ward 3', date: '2026-10-01', licence: 'CC0-1.0' },
  classes: [{ code: 'WARD_3', name: 'What ward 3 watches', members: ['warfarin', 'dasanib'] }],
  interactions: [
    {
      id: 'ward-001',
      a: 'class:WARD_3',
      b: 'ingredient:acetaminophen',
      severity: 'moderate',
      mechanism: 'Not known',
      effect: 'Ward 3 saw bleeding',
      management: 'Watch the INR',
      sources: source,
    },
    {
      id: 'ward-002',
      a: 'ingredient:warfarine',
      b: 'ingredient:acetaminophen',
      severity: 'moderate',
      mechanism: 'Not known',
      effect: 'Never found',
      management: 'None',
      sources: source,
    },
    {
      id: 'ward-003',
      a: 'ingredient:warfarin',
      b: 'ingredient:acetaminophen',
      severity: 'moderate',
      mechanism: 'Not known',
      effect: 'Without a source',
      management: 'None',
      sources: [],
    },
    {
      id: 'ddi-001',
      a: 'ingredient:warfarin',
      b: 'ingredient:acetaminophen',
      severity: 'moderate',
      mechanism: 'Not known',
      effect: 'Of the formulary',
      management: 'None',
      sources: source,
    },
  ],
  lookAlikes: [
    { a: 'dasanib', b: 'onexol' },
    { a: 'dasanib', b: 'dasanib' },
  ],
};

describe('a document of clinical rules', () => {
  let path: string;
  const run = async (content: object) => {
    path = join(folder, 'rules.json');
    await writeFile(path, JSON.stringify(content, null, 2));
    return imported(database, (tx, listener) => importRules(tx, path, listener));
  };

  it('adds its rules, and reports those that could never apply', async () => {
    const { result, skipped } = await run(document);
    expect(result).toMatchObject({
      outcome: 'published',
      counts: { classes: 1, interactions: 1, lookAlikes: 1, skipped: 4 },
    });
    expect(skipped).toEqual([
      expect.stringMatching(/^interactions 52: ward-003: .*sources/),
      'interactions 36: ward-002: there is no ingredient:warfarine',
      'interactions 62: ddi-001: there is a rule of this id',
      'lookAlikes 84: dasanib looks like itself',
    ]);
    const found = await database.as('worker', async (tx) => {
      const input = inputOf([line('a', 'warfarin'), line('b', 'acetaminophen')]);
      return screen(input, await withProducts(tx, await currentRelease().read(tx), input)).findings;
    });
    expect(found.map(({ ruleId }) => ruleId)).toContain('ward-001');
  });

  it('says whose they are and under which licence', async () => {
    expect(
      await inRelease(
        database,
        `SELECT source_name, source_date::text, licence FROM reference.release_part
          WHERE release_id = release_in_force AND origin = 'rules'`,
      ),
    ).toEqual([{ source_name: 'Ward 3', source_date: '2026-10-01', licence: 'CC0-1.0' }]);
  });

  it('is refused without source or licence, and leaves everything as it was', async () => {
    await expect(run({ ...document, source: { name: 'Ward 3', date: '2026-10-01' } })).rejects.toThrow(
      /licence/,
    );
    await expect(run({ ...document, extra: [] })).rejects.toThrow(/is no document of clinical rules/);
    expect(
      await inRelease(
        database,
        `SELECT id FROM reference.interaction_rule WHERE release_id = release_in_force AND origin = 'rules'`,
      ),
    ).toEqual([{ id: 'ward-001' }]);
  });

  it('has the format that stands in clinical-rules.schema.json', () => {
    const checkedIn: unknown = JSON.parse(
      readFileSync(new URL('../clinical-rules.schema.json', import.meta.url), 'utf8'),
    );
    expect(checkedIn).toEqual(JSON.parse(rulesSchema()));
  });
});
