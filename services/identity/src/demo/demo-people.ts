import type { Role } from '@carethread/contracts/actor.ts';
import type { Organisation } from '../organisation.ts';

/** What the demonstration consists of. Ids follow from keys and addresses, so they are the same in every installation. */

export const demoPassword = 'carethread-demo';

export interface DemoOrganisation extends Omit<Organisation, 'id'> {
  key: string;
}

export interface DemoPerson {
  /** The part of the address before @demo.example. */
  login: string;
  displayName: string;
  givenName: string;
  familyName: string;
  role: Role;
  /** Key of the organisation. */
  at: string;
  licenceNumber: string | null;
}

const place = { city: 'Portland', timeZone: 'America/Los_Angeles', jurisdiction: 'US-OR' };

const organisations: DemoOrganisation[] = [
  { key: 'harbour-clinic', kind: 'clinic', name: 'Harbour Clinic', ...place },
  { key: 'hillside-clinic', kind: 'clinic', name: 'Hillside Clinic', ...place },
  { key: 'pharmacy-1', kind: 'pharmacy', name: 'Quay Pharmacy', ...place },
  { key: 'pharmacy-2', kind: 'pharmacy', name: 'Market Pharmacy', ...place },
  { key: 'operator', kind: 'operator', name: 'Carethread Operations', ...place },
];

const people: DemoPerson[] = [
  person('patient', 'Mara', 'Lindqvist', 'patient', 'harbour-clinic'),
  person('patient2', 'Tomás', 'Rivera', 'patient', 'hillside-clinic'),
  person('doctor', 'Amina', 'Okafor', 'doctor', 'harbour-clinic', 'MD-20417'),
  person('doctor2', 'Henrik', 'Sørensen', 'doctor', 'hillside-clinic', 'MD-31186'),
  person('pharmacist', 'Leah', 'Goldberg', 'pharmacist', 'pharmacy-1', 'RPH-0711'),
  person('pharmacist2', 'Ravi', 'Menon', 'pharmacist', 'pharmacy-2', 'RPH-0842'),
  person('admin', 'Noor', 'Haddad', 'administrator', 'operator'),
];

/** The fixed organisations and people, and more pharmacies with a pharmacist each if `pharmacies` (all in all) asks for them. */
export function demoData(pharmacies: number): { organisations: DemoOrganisation[]; people: DemoPerson[] } {
  const numbers = Array.from({ length: Math.max(0, pharmacies - 2) }, (_, index) => index + 3);
  return {
    organisations: [
      ...organisations,
      ...numbers.map((n) => ({
        key: `pharmacy-${n}`,
        kind: 'pharmacy' as const,
        name: `Demo Pharmacy ${n}`,
        ...place,
      })),
    ],
    people: [
      ...people,
      ...numbers.map((n) =>
        person(`pharmacist${n}`, 'Pharmacist', `No. ${n}`, 'pharmacist', `pharmacy-${n}`, `RPH-D${n}`),
      ),
    ],
  };
}

function person(
  login: string,
  givenName: string,
  familyName: string,
  role: Role,
  at: string,
  licenceNumber: string | null = null,
): DemoPerson {
  const title = role === 'doctor' ? 'Dr ' : '';
  return {
    login,
    displayName: `${title}${givenName} ${familyName}`,
    givenName,
    familyName,
    role,
    at,
    licenceNumber,
  };
}
