import type { OrganisationId, PrincipalId, UserId } from '@carethread/contracts/ids.ts';
import type { Thread } from './thread.ts';

export type ThreadRole = 'patient' | 'doctor' | 'pharmacy';

export interface Seat {
  readonly principalId: PrincipalId;
  readonly role: ThreadRole;
}

/** What some news about a ticket says about who takes part in its thread. */
export interface Parties {
  /** They never change. */
  readonly people?: { readonly patientId: UserId; readonly doctorId: UserId };
  /** The pharmacy (null: none) at a version of the ticket. */
  readonly pharmacy?: { readonly id: OrganisationId | null; readonly version: number };
}

export interface Seating {
  readonly joining: readonly Seat[];
  readonly leaving: readonly PrincipalId[];
  /** Patient and doctor became known by this. */
  readonly opens: boolean;
  readonly pharmacyVersion: number;
}

/**
 * Who joins and who leaves. `seated` are the members now. News about the pharmacy counts only if it is newer than what
 * is known, so events and somebody looking before them may come in any order.
 */
export function decideSeating(
  thread: Pick<Thread, 'openedAt' | 'pharmacyVersion'>,
  seated: readonly Seat[],
  { people, pharmacy }: Parties,
): Seating {
  const opens = people !== undefined && thread.openedAt === null;
  const newer = pharmacy !== undefined && pharmacy.version > thread.pharmacyVersion ? pharmacy : undefined;
  const wanted: Seat[] = [];
  if (opens)
    wanted.push(
      { principalId: people.patientId, role: 'patient' },
      { principalId: people.doctorId, role: 'doctor' },
    );
  if (newer?.id) wanted.push({ principalId: newer.id, role: 'pharmacy' });
  return {
    opens,
    joining: wanted.filter(({ principalId }) => !seated.some((seat) => seat.principalId === principalId)),
    leaving: newer
      ? seated
          .filter((seat) => seat.role === 'pharmacy' && seat.principalId !== newer.id)
          .map((seat) => seat.principalId)
      : [],
    pharmacyVersion: newer?.version ?? thread.pharmacyVersion,
  };
}
