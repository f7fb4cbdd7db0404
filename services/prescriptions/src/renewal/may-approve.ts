import type { Actor } from '@carethread/contracts/actor.ts';
import type { Renewal } from './renewal.ts';

/**
 * Whether this person looks after everybody's renewals. Row security shows administrators no patient's data: what these
 * may see and decide, the worker reads and writes for them.
 */
export const approvesRenewals = (actor: Actor | null): boolean =>
  actor?.role === 'administrator' && actor.permissions.includes('ApproveRenewals');

/** Whoever approves renewals, or the doctor whose prescription it is, acting for the clinic it was written in. */
export const mayDecide = (actor: Actor, { doctorId, clinicId }: Renewal): boolean =>
  approvesRenewals(actor) ||
  (actor.role === 'doctor' && actor.userId === doctorId && actor.organisationId === clinicId);
