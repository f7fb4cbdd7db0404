import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import { derivedId } from '@carethread/contracts/ids.ts';
import type pg from 'pg';
import { type DemoPatient, demoPatients, demoUserId } from './demo-patients.ts';

const insertProfile = `INSERT INTO patient_profile (patient_id, version, birth_date, sex, weight_grams, pregnancy, lactating,
    creatinine_clearance, liver_impairment, updated_by, updated_at)
  VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $1, $9) ON CONFLICT DO NOTHING RETURNING patient_id`;
const insertAllergy = `INSERT INTO patient_allergy (id, patient_id, code, recorded_by, recorded_at) VALUES ($1, $2, $3, $2, $4)`;
const insertCondition = `INSERT INTO patient_condition (id, patient_id, code, recorded_by, recorded_at) VALUES ($1, $2, $3, $2, $4)`;

/** Writes the demonstration patients' facts where there are none yet. Answers how many profiles it began. */
export const seedDemo = (worker: pg.Pool, now: Date): Promise<number> =>
  inTransaction(worker, async (tx) => {
    let begun = 0;
    for (const patient of demoPatients) if (await seedPatient(tx, patient, now)) begun += 1;
    return begun;
  });

async function seedPatient(tx: Tx, patient: DemoPatient, now: Date): Promise<boolean> {
  const id = demoUserId(patient.login);
  const { birthDate, sex, weightGrams, pregnancy, lactating, creatinineClearance, liverImpairment } = patient;
  const facts = [birthDate, sex, weightGrams, pregnancy, lactating, creatinineClearance, liverImpairment];
  const begun = await tx.query(insertProfile, [id, ...facts, now]);
  if (begun.length === 0) return false;
  for (const code of patient.allergies)
    tx.send(insertAllergy, [derivedId(id, `allergy ${code}`), id, code, now]);
  for (const code of patient.conditions)
    tx.send(insertCondition, [derivedId(id, `condition ${code}`), id, code, now]);
  return true;
}
