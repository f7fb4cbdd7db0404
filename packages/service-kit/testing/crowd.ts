import { type Actor, type Role, roles } from '@carethread/contracts/actor.ts';
import { newId, type OrganisationId, type UserId } from '@carethread/contracts/ids.ts';
import { openedEmergencyPolicy, sharedRecordPolicy } from '@carethread/contracts/policy/asker.ts';
import { accessPolicy } from '@carethread/contracts/policy/audit.ts';
import type { Dice } from './dice.ts';
import { person } from './people.ts';
import { twin } from './policy-twin.ts';

/** People and places of a generated world: few enough that they meet in every way. */
export interface Crowd {
  patients: UserId[];
  doctors: UserId[];
  clinics: OrganisationId[];
  pharmacies: OrganisationId[];
  /** Emergency accesses by whom to whose record, and whether each is open, over, or ended early. */
  emergencies: Emergency[];
  /** Clinics records were ever shared with, and whether they are now. */
  shared: { patientId: UserId; organisationId: OrganisationId; given: boolean }[];
  /** Everybody in every standing: the right one, the wrong role, the wrong place, by proxy, in an emergency. */
  actors: Actor[];
}
export interface Emergency {
  id: string;
  patientId: UserId;
  holderId: UserId;
  state: 'open' | 'over' | 'ended';
}

const many = <Value>(count: number, make: () => Value): Value[] => Array.from({ length: count }, make);

export function crowd(dice: Dice): Crowd {
  const patients = many(6, () => newId<'User'>());
  const doctors = many(5, () => newId<'User'>());
  const pharmacists = many(4, () => newId<'User'>());
  const clinics = many(3, () => newId<'Organisation'>());
  const pharmacies = many(3, () => newId<'Organisation'>());
  const emergencies = many(12, (): Emergency => ({
    id: newId(),
    patientId: dice.pick(patients),
    holderId: dice.pick([...doctors, ...pharmacists]),
    state: dice.pick(['open', 'open', 'over', 'ended'] as const),
  }));
  const pairs = patients.flatMap((patientId) =>
    clinics.map((organisationId) => ({ patientId, organisationId })),
  );
  const shared = pairs.filter(() => dice.chance(2)).map((pair) => ({ ...pair, given: !dice.chance(3) }));

  const acting = (role: Role, userId: UserId, organisationId: OrganisationId) =>
    person(role, { userId, organisationId });
  const places = [...clinics, ...pharmacies];
  const inTheirPlace = [
    ...patients.map((id) => acting('patient', id, dice.pick(clinics))),
    ...doctors.flatMap((id) => clinics.map((clinic) => acting('doctor', id, clinic))),
    ...pharmacists.flatMap((id) => pharmacies.map((pharmacy) => acting('pharmacist', id, pharmacy))),
  ];
  // Memberships do not add up: the same people in every other role and place, and people nobody knows.
  const misplaced = many(30, () =>
    acting(dice.pick(roles), dice.pick([...patients, ...doctors, ...pharmacists]), dice.pick(places)),
  );
  const strangers = roles.map((role) => person(role));
  const proxies = many(12, () => ({
    ...acting('patient', dice.pick(patients), dice.pick(clinics)),
    proxyId: dice.pick([...patients, ...doctors]),
    proxyScopes: [...dice.pick([['read'], ['read', 'write'], []] as const)],
  }));
  const inEmergency = [...emergencies, ...emergencies.slice(0, 4)].map(({ id, holderId }, at) => ({
    ...acting(dice.pick(['doctor', 'pharmacist']), holderId, dice.pick(places)),
    // The last four hold somebody else's.
    ...(at >= emergencies.length && { userId: dice.pick(doctors) }),
    emergencyId: id as never,
  }));
  const actors = [...inTheirPlace, ...misplaced, ...strangers, ...proxies, ...inEmergency];
  return { patients, doctors, clinics, pharmacies, emergencies, shared, actors };
}

/** What the policies ask of a crowd. */
export const openingsOf = ({ shared, emergencies }: Crowd) => ({
  isShared: (patientId: string, organisationId: string) =>
    shared.some(
      (each) => each.given && each.patientId === patientId && each.organisationId === organisationId,
    ),
  emergencyPatient: ({ userId, emergencyId }: Pick<Actor, 'userId' | 'emergencyId'>) =>
    emergencies.find(
      ({ id, holderId, state }) => id === emergencyId && holderId === userId && state === 'open',
    )?.patientId ?? null,
});

const hour = 3_600_000;

/** The rows of the copies of identity's. */
export const openingRows = ({ shared, emergencies }: Crowd) => ({
  shared_record: shared.map(({ patientId, organisationId, given }) => ({
    patient_id: patientId,
    organisation_id: organisationId,
    given,
    sequence: 1,
  })),
  emergency_access: emergencies.map(({ id, patientId, holderId, state }) => ({
    id,
    patient_id: patientId,
    holder_id: holderId,
    ends_at: new Date(Date.now() + (state === 'over' ? -hour : hour)),
    ended: state === 'ended',
  })),
});

/** Twins of the copies that `openingRows` fills: a clinic's doctors know what is shared with them, a holder what they opened. */
export const openingTwins = ({ shared, emergencies }: Crowd) => [
  twin({
    entity: 'shared record',
    table: 'shared_record',
    key: `patient_id || ':' || organisation_id`,
    rows: new Map(shared.map((each) => [`${each.patientId}:${each.organisationId}`, each])),
    read: sharedRecordPolicy.read,
  }),
  twin({
    entity: 'emergency access',
    table: 'emergency_access',
    key: 'id::text',
    rows: new Map(emergencies.map((each) => [each.id, each])),
    read: openedEmergencyPolicy.read,
  }),
];

/** The audit of a service, one access to each patient and one that was refused, with its twin; `rows` are for `fillBare`. */
export function auditOf({ patients }: Crowd) {
  const accesses = new Map([...patients, null].map((patientId) => [`about ${patientId}`, { patientId }]));
  return {
    rows: [...accesses].map(([request_id, { patientId }]) => ({ request_id, patient_id: patientId })),
    twin: twin({
      entity: 'access',
      table: 'audit.access',
      key: 'request_id',
      rows: accesses,
      read: accessPolicy.read,
    }),
  };
}
