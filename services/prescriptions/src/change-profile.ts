import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import type { UserId } from '@carethread/contracts/ids.ts';
import { Refusal, staleVersion } from '@carethread/service-kit/refusal.ts';
import { notFound } from './change-prescription.ts';
import { countChange, lockProfile } from './store/profile-store.ts';

/** Whom a profile command is about: the patient named, or the one who asks. */
export const aboutWhom = (actor: Actor, patientId: UserId | null): UserId => patientId ?? actor.userId;

/**
 * One change of a patient's profile by the patient or a doctor with an open ticket with them. `change` writes it if there
 * is a profile to see, or refuses; the change is counted and everything prescribed will be checked again. Answers whose
 * profile it is.
 */
export async function changeProfile(
  tx: Tx,
  about: { patientId: UserId; actor: Actor; now: Date; expectedVersion?: number },
  change: () => Promise<Refusal | void>,
): Promise<UserId | Refusal> {
  const { patientId, actor, now, expectedVersion } = about;
  const by = { userId: actor.userId, now };
  // In one flush, the lock first; a refusal rolls everything back.
  const [profile, refused] = await Promise.all([lockProfile(tx, patientId, by), change()]);
  if (!profile) return notFound('patientId');
  if (expectedVersion !== undefined && profile.version !== expectedVersion)
    return staleVersion(expectedVersion, profile.version);
  if (refused instanceof Refusal) return refused;
  countChange(tx, profile, by);
  return patientId;
}
