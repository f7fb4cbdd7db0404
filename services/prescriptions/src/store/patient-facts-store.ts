import type { Tx } from '@carethread/bus/transaction.ts';
import type { PrescriptionId } from '@carethread/contracts/ids.ts';
import { nothingKnown, type PatientFacts } from '../patient-facts.ts';

const select = `SELECT p.id, f.version, f.birth_date::text AS "birthDate", f.sex, f.weight_grams AS "weightGrams",
    f.height_millimetres AS "heightMillimetres",
    f.pregnancy, f.lactating, f.creatinine_clearance AS "creatinineClearance", f.liver_impairment AS "liverImpairment",
    ARRAY(SELECT code FROM patient_condition c WHERE c.patient_id = p.patient_id AND c.ended_at IS NULL) AS conditions,
    ARRAY(SELECT code FROM patient_allergy a WHERE a.patient_id = p.patient_id AND a.ended_at IS NULL
      AND a.code IS NOT NULL) AS allergies,
    (SELECT count(*)::int FROM patient_allergy a WHERE a.patient_id = p.patient_id AND a.ended_at IS NULL
      AND a.code IS NULL) AS "uncodedAllergies",
    ARRAY(SELECT DISTINCT ingredient FROM medicine m, unnest(m.ingredients) AS ingredient
      WHERE m.patient_id = p.patient_id AND m.prescription_id <> p.id AND m.taken_until > $2) AS "currentIngredients"
  FROM prescription p LEFT JOIN patient_profile f ON f.patient_id = p.patient_id WHERE p.id = ANY($1::uuid[])`;

type Row = { id: PrescriptionId } & { [Key in keyof PatientFacts]: PatientFacts[Key] | null };

/**
 * What is known about the patients of these prescriptions, by prescription: other medicines are those of the patient's
 * other prescriptions. As far as the actor may see it.
 */
export async function readFacts(
  tx: Tx,
  prescriptionIds: readonly string[],
  now: Date,
): Promise<Map<string, PatientFacts>> {
  const rows = await tx.query<Row>(select, [prescriptionIds, now]);
  return new Map(
    rows.map(({ id, ...row }) => [
      id,
      row.version === null ? { ...nothingKnown, ...known(row) } : (row as PatientFacts),
    ]),
  );
}

/** Without a profile there can still be other medicines. */
const known = ({ currentIngredients }: Omit<Row, 'id'>): Partial<PatientFacts> => ({
  currentIngredients: currentIngredients ?? [],
});
