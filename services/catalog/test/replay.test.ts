import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { PrescriptionSigned } from '@carethread/contracts/events/prescriptions.ts';
import { derivedId, newId, type PrescriptionId } from '@carethread/contracts/ids.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { startTestService, type TestService } from '@carethread/service-kit/testing/test-service.ts';
import pg from 'pg';
import { readCatalogConfig } from '../src/config.ts';
import { loadFormulary } from '../src/formulary/load-formulary.ts';
import { publishAgain } from '../src/release/publish-again.ts';
import { publishRelease } from '../src/release/publish-release.ts';
import { createCatalogService } from '../src/service.ts';
import { inputOf, line } from './screening-input.ts';
import { product } from './shipped-release.ts';
import { stageRelease } from './stage-release.ts';

/** Commands are processes of their own, each of which has to start. */
const slow = 180_000;

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
const omeprazole = product('omeprazole', 'delayed-release-capsule', 'oral', '20 mg');
const asked = (): ScreeningInput =>
  inputOf(
    [
      { ...line(newId<'Line'>()), productId: omeprazole, dose: { amount: '20', unit: 'mg', perDay: 1 / 3 } },
      { ...line(newId<'Line'>(), 'cetirizine'), dose: { amount: '10', unit: 'mg', perDay: 1 } },
    ],
    { currentIngredients: ['metformin'], creatinineClearance: 61.5 },
  );
async function screened(screening = asked()): Promise<PrescriptionId> {
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
  return prescriptionId;
}
const screeningOf = (prescriptionId: PrescriptionId) => derivedId<'Screening'>(prescriptionId, 'screening 1');
const statusOf = async (prescriptionId: PrescriptionId) =>
  (
    await catalog.sql<{ status: string }>(
      'SELECT status FROM operational.screening WHERE prescription_id = $1',
      [prescriptionId],
    )
  )[0]?.status;

/** The command as an operator runs it. */
async function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const cli = resolve(import.meta.dirname, '../src/replay-verdicts/replay-verdicts-cli.ts');
  const env = { ...process.env, WORKER_DATABASE_URL: catalog.loginUrl('worker') };
  return promisify(execFile)(process.execPath, [cli, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      out: stdout,
      err: stderr,
    }),
  );
}

describe('a stored verdict', () => {
  it(
    'comes out the same after a new release, a roll-back, and what was judged since',
    async () => {
      const first = await screened();
      expect(await statusOf(first)).toBe('clear');
      const staged = await asAdmin((tx) => stageRelease(tx, ['omeprazole', 'cetirizine']));
      await asAdmin((tx) => publishRelease(tx, staged));
      const second = await screened();
      expect(await statusOf(second)).toBe('findings');
      expect(await asAdmin((tx) => publishAgain(tx, 1))).toBe('published');
      const third = await screened();
      expect(await statusOf(third)).toBe('clear');
      const { code, out, err } = await command();
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toBe('3 reproduced, 0 differ, 0 by another engine, 0 whose release is gone.\n');
      for (const each of [first, second, third]) {
        const id = screeningOf(each);
        expect(await command(id)).toMatchObject({ code: 0, out: `${id}: reproduced\n` });
      }
    },
    slow,
  );

  it(
    'is named when it is not what it was',
    async () => {
      const kept = screeningOf(await screened());
      const tampered = screeningOf(await screened());
      // As nobody may: no login has the right, so the tables' superuser does it.
      await catalog.sql(
        `UPDATE operational.screening SET input = jsonb_set(input, '{patient,allergies}', '["ingredient:cetirizine"]') WHERE id = $1`,
        [tampered],
      );
      const { code, err, out } = await command();
      expect({ code, err }).toEqual({ code: 1, err: `${tampered}: differs\n` });
      expect(out).toContain('1 differ,');
      expect(await command(kept)).toMatchObject({ code: 0 });
      expect(await command(tampered)).toMatchObject({ code: 1, out: `${tampered}: differs\n` });
      await catalog.sql('DELETE FROM operational.screening WHERE id = $1', [tampered]);
    },
    slow,
  );

  it(
    'by another engine is counted apart, not called wrong',
    async () => {
      const old = screeningOf(await screened());
      await catalog.sql(`UPDATE operational.screening SET verdict = verdict - 'engine' WHERE id = $1`, [old]);
      const { code, out } = await command();
      expect(code).toBe(0);
      expect(out).toContain('1 by another engine');
      await catalog.sql('DELETE FROM operational.screening WHERE id = $1', [old]);
    },
    slow,
  );

  it(
    'that does not exist is an error',
    async () => {
      expect(await command(newId())).toMatchObject({ code: 1 });
      expect(await command('nonsense')).toMatchObject({ code: 2 });
    },
    slow,
  );
});
