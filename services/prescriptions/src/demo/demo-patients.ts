import { derivedId } from '@carethread/contracts/ids.ts';
import type { LocalDate } from '../calendar.ts';

/** Identity derives the demonstration's user ids from this namespace and the sign-in name. */
const namespace = '3f0b6b7e-6a0e-4c1c-8a77-2f0e5d1a9c42';
export const demoUserId = (login: string) => derivedId<'User'>(namespace, `user ${login}`);

export interface DemoPatient {
  login: string;
  birthDate: LocalDate;
  sex: 'female' | 'male';
  weightGrams: number;
  pregnancy: 'none';
  lactating: false;
  /** mL/min. */
  creatinineClearance: number;
  liverImpairment: 'none';
  allergies: readonly string[];
  conditions: readonly string[];
}

/** The facts about the two demonstration patients: enough for every check to be complete. */
export const demoPatients: readonly DemoPatient[] = [
  {
    login: 'patient',
    birthDate: '1984-03-14',
    sex: 'female',
    weightGrams: 64_000,
    pregnancy: 'none',
    lactating: false,
    creatinineClearance: 96,
    liverImpairment: 'none',
    allergies: ['class:PENICILLIN'],
    conditions: [],
  },
  {
    login: 'patient2',
    birthDate: '1961-09-02',
    sex: 'male',
    weightGrams: 82_000,
    pregnancy: 'none',
    lactating: false,
    creatinineClearance: 71,
    liverImpairment: 'none',
    allergies: [],
    conditions: ['hypertension'],
  },
];
