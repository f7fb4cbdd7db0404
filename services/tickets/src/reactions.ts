import type { Handlers } from '@carethread/bus/handlers.ts';
import type { TaskHandlers } from '@carethread/bus/task-handlers.ts';
import type { Rules } from './rules.ts';
import { whenFillHandedOver } from './when-fill-handed-over/when-fill-handed-over.ts';
import { whenFillNotFulfilled } from './when-fill-not-fulfilled/when-fill-not-fulfilled.ts';
import { whenFillOpened } from './when-fill-opened/when-fill-opened.ts';
import { whenFillPrepared } from './when-fill-prepared/when-fill-prepared.ts';
import { whenLeaseEnds, whenLeaseNearsItsEnd } from './when-lease-runs-out/when-lease-runs-out.ts';
import {
  whenMembershipEnded,
  whenMembershipGranted,
} from './when-membership-changes/when-membership-changes.ts';
import { whenMessagePosted } from './when-message-posted/when-message-posted.ts';
import { whenOrganisationRegistered } from './when-organisation-registered/when-organisation-registered.ts';
import {
  whenCancelRefused,
  whenPrescriptionCancelled,
} from './when-prescription-cancelled/when-prescription-cancelled.ts';
import { whenPrescriptionExpired } from './when-prescription-expired/when-prescription-expired.ts';
import { whenPrescriptionIsWritten } from './when-prescription-is-written/when-prescription-is-written.ts';
import { whenPrescriptionReleased } from './when-prescription-released/when-prescription-released.ts';
import { whenValidityEnds } from './when-validity-ends/when-validity-ends.ts';

/** What we do about every event we subscribe to. */
export const reactions = (rules: Rules): Handlers<'tickets'> => ({
  'identity.organisation.registered.v1': whenOrganisationRegistered(rules),
  'identity.membership.granted.v1': whenMembershipGranted,
  'identity.membership.ended.v1': whenMembershipEnded,
  'messaging.message.posted.v1': whenMessagePosted,
  'prescriptions.prescription.drafted.v1': whenPrescriptionIsWritten,
  'prescriptions.prescription.signed.v1': whenPrescriptionIsWritten,
  'prescriptions.prescription.blocked.v1': whenPrescriptionIsWritten,
  'prescriptions.prescription.released.v1': whenPrescriptionReleased,
  'prescriptions.prescription.cancelled.v1': whenPrescriptionCancelled,
  'prescriptions.prescription.cancel_refused.v1': whenCancelRefused,
  'prescriptions.prescription.expired.v1': whenPrescriptionExpired,
  'prescriptions.fill.opened.v1': whenFillOpened(rules),
  'prescriptions.fill.prepared.v1': whenFillPrepared,
  'prescriptions.fill.handed_over.v1': whenFillHandedOver,
  'prescriptions.prescription.withdrawal_noted.v1': whenPrescriptionIsWritten,
  'prescriptions.fill.not_fulfilled.v1': whenFillNotFulfilled,
});

/** What we do when a timer is due. */
export const timers = (now: () => Date): TaskHandlers => ({
  'lease-reminder': whenLeaseNearsItsEnd(now),
  'lease-end': whenLeaseEnds(now),
  expire: whenValidityEnds(now),
});
