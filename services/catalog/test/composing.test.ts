import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { PrescriptionSigned } from '@carethread/contracts/events/prescriptions.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput, Verdict } from '@carethread/contracts/screening.ts';
import { person } from '@carethread/service-kit/testing/people.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { readCatalogConfig } from '../src/config.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { publishRelease } from '../src/release/publish-release.ts';
import { createCatalogService } from '../src/service.ts';
import { wouldAlert } from '../src/would-alert/would-alert.ts';
import { inputOf, line } from './screening-input.ts';
import { product } from './shipped-release.ts';
import { stageRelease } from './stage-release.ts';

let catalog: TestService;
let admin: pg.Pool;
beforeAll(async () => {
  catalog = await startTestService('catalog', resolve(import.meta.dirname, '..'), (env) =>
    createCatalogService(readCatalogConfig(env)),
  );
  admin = new pg.Pool({ connectionString: catalog.loginUrl('admin'), max: 1, pipeline: true });
  await asAdmin(loadFormulary);
});
afterAll(async () => {
  await admin?.end();
  await catalog?.close();
});

const asAdmin = <Result>(work: (tx: Tx) => Promise<Result>) => inTransaction(admin, work);
const doctor = person('doctor');
const fields = `candidates(search: $search, first: $first) { product { id name } match { reason preselectable }
  strengths { name } findings { kind severity text lineIds subjects } notChecked { check lineId reason text } }`;
async function candidates(
  search: string,
  screeningInput: ScreeningInput | null,
  { who = doctor, first = 10 } = {},
): Promise<any[] | null> {
  const { _entities } = await catalog.query(
    who,
    `query C($of: [_Any!]!, $search: String!, $first: Int!) { _entities(representations: $of) { ... on Prescription { ${fields} } } }`,
    { of: [{ __typename: 'Prescription', id: newId(), screeningInput }], search, first },
  );
  return _entities[0].candidates;
}
/** Signed and judged: what was kept of it. */
async function screened(screening: ScreeningInput): Promise<{ input: ScreeningInput; verdict: Verdict }> {
  const prescriptionId = newId<'Prescription'>();
  const about = {
    prescriptionId,
    ticketId: newId<'Ticket'>(),
    contentVersion: 1,
    contentHash: 'a'.repeat(64),
  };
  await catalog.publish(PrescriptionSigned, {
    aggregateId: prescriptionId,
    sequence: 1,
    data: { ...about, screeningNumber: 1, screening },
  });
  await catalog.drain();
  const [kept] = await catalog.sql<{ input: ScreeningInput; verdict: Verdict }>(
    'SELECT input, verdict FROM operational.screening WHERE prescription_id = $1',
    [prescriptionId],
  );
  return kept!;
}
const warfarin = {
  ...line(newId<'Line'>()),
  productId: product('warfarin', 'tablet', 'oral', '5 mg'),
  dose: { amount: '5', unit: 'mg', perDay: 1 },
};

describe('the composing screen', () => {
  it('has products, their strengths, and what each would bring to this draft and patient', async () => {
    const found = await candidates('ibuprofen 400 mg', inputOf([warfarin]));
    expect(found![0].notChecked).toEqual([]);
    expect(found![0]).toMatchObject({
      product: { name: 'Ibuprofen 400 mg tablet' },
      match: { preselectable: true },
      findings: [
        {
          kind: 'INTERACTION',
          severity: 'MAJOR',
          text: 'Gastrointestinal bleeding',
          lineIds: [warfarin.lineId, 'candidate'],
          subjects: ['ibuprofen', 'warfarin'],
        },
      ],
    });
    expect(found![0].strengths.map(({ name }: any) => name)).toEqual(
      expect.arrayContaining(['Ibuprofen 600 mg tablet', 'Ibuprofen 800 mg tablet']),
    );
    expect(found![0].strengths.map(({ name }: any) => name)).not.toContain('Ibuprofen 400 mg tablet');
    // Here the kidneys matter, and nobody knows them.
    const [metformin] = (await candidates(
      'metformin 500 mg tablet',
      inputOf([warfarin], { creatinineClearance: null }),
    ))!;
    expect(metformin.findings).toEqual([]);
    expect(metformin.notChecked).toEqual([
      expect.objectContaining({ lineId: 'candidate', reason: 'missing_creatinine_clearance' }),
    ]);
  });

  it('says nothing again that the draft has already, and nothing about a dose that is not written', async () => {
    const uncoded = line('by-hand');
    const input = inputOf([warfarin, { ...line('b', 'aspirin') }, uncoded], { uncodedAllergies: 1 });
    const [cetirizine] = (await candidates('cetirizine 10 mg tablet', input))!;
    expect(cetirizine).toMatchObject({ findings: [], notChecked: [] });
    const [penicillin] = (await candidates('amoxicillin 500 mg capsule', {
      ...input,
      patient: { ...input.patient, allergies: ['class:PENICILLIN'] },
    }))!;
    expect(penicillin.findings[0]).toMatchObject({ kind: 'ALLERGY', severity: 'CONTRAINDICATED' });
  });

  it('is for the doctor who may see the patient’s facts, and bounded', async () => {
    expect(await candidates('ibuprofen', null)).toBeNull();
    expect(await candidates('ibuprofen', inputOf([]), { who: person('pharmacist') })).toBeNull();
    expect(await candidates('ibuprofen', inputOf([]), { first: 20 })).not.toHaveLength(0);
    await expect(candidates('ibuprofen', inputOf([]), { first: 21 })).rejects.toThrow('first must be');
    await expect(candidates('x'.repeat(201), inputOf([]))).rejects.toThrow('200 characters');
  });
});

describe('a stored verdict, asked for by whoever may see it', () => {
  const replayed = async (keptVerdict: unknown) => {
    const { _entities } = await catalog.query(
      doctor,
      'query R($of: [_Any!]!) { _entities(representations: $of) { ... on Prescription { replay findings { status } } } }',
      { of: [{ __typename: 'Prescription', id: newId(), keptVerdict, screeningInput: null }] },
    );
    return _entities[0].replay;
  };

  it('is made again from its own release, also when another is in force', async () => {
    const { input, verdict } = await screened(inputOf([warfarin, line(newId<'Line'>(), 'aspirin')]));
    const staged = await asAdmin((tx) => stageRelease(tx, ['warfarin', 'cetirizine']));
    await asAdmin((tx) => publishRelease(tx, staged));
    expect(await replayed({ input, verdict })).toBe('REPRODUCED');
    expect(await replayed({ input: { ...input, lines: [] }, verdict })).toBe('DIFFERS');
    expect(await replayed({ input, verdict: { ...verdict, findings: [] } })).toBe('DIFFERS');
    expect(await replayed({ input, verdict: { ...verdict, engine: 0 } })).toBe('OTHER_ENGINE');
    expect(await replayed({ input, verdict: { ...verdict, releaseId: newId() } })).toBe('RELEASE_GONE');
    expect(await replayed({ input, verdict: { ...verdict, releaseId: null } })).toBe('NOT_JUDGED');
    expect(await replayed(null)).toBeNull();
  });
});

describe('before a release is published', () => {
  it('says how many prescriptions it would alert about, by severity, and nothing about whose', async () => {
    await screened(
      inputOf([
        warfarin,
        { ...line(newId<'Line'>(), 'loratadine'), dose: { amount: '10', unit: 'mg', perDay: 1 } },
      ]),
    );
    await screened(inputOf([warfarin]));
    const staged = await asAdmin((tx) => stageRelease(tx, ['warfarin', 'loratadine']));
    const worker = new pg.Pool({ connectionString: catalog.loginUrl('worker'), max: 1, pipeline: true });
    const [{ n }] = (await catalog.sql(
      'SELECT count(DISTINCT prescription_id)::int AS n FROM operational.screening',
    )) as [{ n: number }];
    expect(await wouldAlert(worker, staged.number, new Date(0))).toEqual({
      release: staged.number,
      judged: n,
      alerting: { contraindicated: 0, major: 1, moderate: 0, not_checked: 0 },
    });
    const tomorrow = new Date(Date.now() + 86_400_000);
    expect(await wouldAlert(worker, staged.number, tomorrow)).toMatchObject({ judged: 0 });
    expect(await wouldAlert(worker, 999, new Date(0))).toBeNull();
    await worker.end();
    // Judging it beforehand has not put it into force.
    const { catalogRelease } = await catalog.query(doctor, '{ catalogRelease { number } }');
    expect(catalogRelease.number).toBeLessThan(staged.number);
  });
});

describe('the table of rules taken away', () => {
  it('leaves no verdict and no findings, and never a clear one', async () => {
    const staged = await asAdmin((tx) => stageRelease(tx));
    await asAdmin((tx) => publishRelease(tx, staged));
    await catalog.sql('ALTER TABLE reference.interaction_rule RENAME TO taken_away');
    try {
      const { data, errors } = await catalog.ask(
        doctor,
        'query F($of: [_Any!]!) { _entities(representations: $of) { ... on Prescription { findings { status } } } }',
        { of: [{ __typename: 'Prescription', id: newId(), screeningInput: inputOf([warfarin]) }] },
      );
      expect(errors).toHaveLength(1);
      expect(data?.['_entities']?.[0]?.findings ?? null).toBeNull();
      expect(await screened(inputOf([warfarin]))).toBeUndefined();
    } finally {
      await catalog.sql('ALTER TABLE reference.taken_away RENAME TO interaction_rule');
    }
  });
});
