import type { Actor } from '@carethread/contracts/actor.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import { nothingKnown, type PatientFacts } from '../patient-facts.ts';

export type PatientProfile = Pick<
  PatientFacts,
  | 'version'
  | 'birthDate'
  | 'sex'
  | 'weightGrams'
  | 'heightMillimetres'
  | 'pregnancy'
  | 'lactating'
  | 'creatinineClearance'
  | 'liverImpairment'
> & {
  patientId: string;
  allergies: { id: string; code: string | null; text: string | null; recordedBy: string; recordedAt: Date }[];
  conditions: { id: string; code: string; recordedBy: string; recordedAt: Date }[];
};

const onRecord = { where: { endedAt: null }, orderBy: { recordedAt: 'asc' } } as const;
const open = ['created', 'sent', 'received', 'preparing', 'ready', 'cancel_marked'];

/**
 * Of these patients, the profiles the person may see: the own one, those of patients they have an open ticket with, and
 * those whose record they read (a clinic it is shared with, an emergency).
 * A patient about whom nothing was recorded has an empty one.
 */
export async function readPatientProfiles(
  prisma: PrismaClient,
  actor: Actor | null,
  patientIds: string[],
): Promise<PatientProfile[]> {
  const recorded = await prisma.patientProfile.findMany({
    where: { patientId: { in: patientIds } },
    include: { allergies: onRecord, conditions: onRecord },
  });
  const found = new Set(recorded.map(({ patientId }) => patientId));
  const missing = patientIds.filter((id) => !found.has(id));
  const profiles = recorded.map(({ birthDate, ...row }) => ({
    ...(row as unknown as PatientProfile),
    birthDate: birthDate?.toISOString().slice(0, 10) ?? null,
  }));
  if (missing.length === 0) return profiles;
  const related = await prisma.ticket.findMany({
    where: { patientId: { in: missing }, status: { in: open } },
    select: { patientId: true },
    distinct: ['patientId'],
  });
  const shared = await prisma.$queryRaw<
    { id: string }[]
  >`SELECT id FROM unnest(${missing}::uuid[]) AS wanted (id)
    WHERE access.reads_record(id)`;
  const visible = new Set([...related.map(({ patientId }) => patientId), ...shared.map(({ id }) => id)]);
  if (actor?.role === 'patient') visible.add(actor.userId);
  return [...profiles, ...missing.filter((id) => visible.has(id)).map(empty)];
}

const empty = (patientId: string): PatientProfile => ({
  ...nothingKnown,
  patientId,
  allergies: [],
  conditions: [],
});
