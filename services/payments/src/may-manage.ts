import type { Actor } from '@carethread/contracts/actor.ts';

/** Whether this person looks after everybody's payments. Row security lets administrators see them; this decides which. */
export const managesPayments = ({ role, permissions }: Actor): boolean =>
  role === 'administrator' && permissions.includes('ManagePayments');

/** Whether this person may see any payment at all: patients and doctors their own, administrators with the permission. */
export const seesPayments = (actor: Actor): boolean =>
  actor.role === 'patient' || actor.role === 'doctor' || managesPayments(actor);
