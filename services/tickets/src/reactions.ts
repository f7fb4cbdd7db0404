import type { Handlers } from '@carethread/bus/handlers.ts';
import type { TaskHandlers } from '@carethread/bus/task-handlers.ts';
import type { Rules } from './rules.ts';
import {
  whenEmergencyAccessEnded,
  whenEmergencyAccessOpened,
} from './when-emergency-access-changes/when-emergency-access-changes.ts';
import { whenConsentDecided } from './when-record-is-shared/when-record-is-shared.ts';
import { whenAccessQuestionClosed } from './when-access-question-closed/when-access-question-closed.ts';
import { whenAccessQuestioned } from './when-access-questioned/when-access-questioned.ts';
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
import { whenPaymentMoves } from './when-payment-moves/when-payment-moves.ts';
import {
  whenCancelRefused,
  whenPrescriptionCancelled,
} from './when-prescription-cancelled/when-prescription-cancelled.ts';
import { whenPrescriptionExpired } from './when-prescription-expired/when-prescription-expired.ts';
import { whenPrescriptionIsWritten } from './when-prescription-is-written/when-prescription-is-written.ts';
import { whenPrescriptionReleased } from './when-prescription-released/when-prescription-released.ts';
import {
  whenRenewalDownloaded,
  whenRenewalEnded,
  whenRenewalMoves,
} from './when-renewal-moves/when-renewal-moves.ts';
import { whenRenewalRequested } from './when-renewal-requested/when-renewal-requested.ts';
import { whenValidityEnds } from './when-validity-ends/when-validity-ends.ts';

/** What we do about every event we subscribe to. */
export const reactions = (rules: Rules): Handlers<'tickets'> => ({
  'identity.organisation.registered.v1': whenOrganisationRegistered(rules),
  'identity.membership.granted.v1': whenMembershipGranted,
  'identity.membership.ended.v1': whenMembershipEnded,
  'identity.consent.decided.v1': whenConsentDecided,
  'identity.emergency_access.opened.v1': whenEmergencyAccessOpened,
  'identity.emergency_access.ended.v1': whenEmergencyAccessEnded,
  'messaging.message.posted.v1': whenMessagePosted,
  'messaging.access.questioned.v1': whenAccessQuestioned(rules),
  'messaging.access.question_closed.v1': whenAccessQuestionClosed,
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
  'prescriptions.renewal.requested.v1': whenRenewalRequested(rules),
  'prescriptions.renewal.awaiting_approval.v1': whenRenewalMoves,
  'prescriptions.renewal.approved.v1': whenRenewalMoves,
  'prescriptions.renewal.ready.v1': whenRenewalMoves,
  'prescriptions.renewal.downloaded.v1': whenRenewalDownloaded,
  'prescriptions.renewal.ended.v1': whenRenewalEnded,
  'prescriptions.renewal.refund_requested.v1': whenRenewalMoves,
  'prescriptions.document.made.v1': whenPrescriptionIsWritten,
  'prescriptions.document.downloaded.v1': whenPrescriptionIsWritten,
  'payments.payment.requested.v1': whenPaymentMoves,
  'payments.payment.processing.v1': whenPaymentMoves,
  'payments.payment.unknown.v1': whenPaymentMoves,
  'payments.payment.succeeded.v1': whenPaymentMoves,
  'payments.payment.failed.v1': whenPaymentMoves,
  'payments.payment.cancelled.v1': whenPaymentMoves,
  'payments.payment.refunding.v1': whenPaymentMoves,
  'payments.payment.refunded.v1': whenPaymentMoves,
  'payments.payment.attention_needed.v1': whenPaymentMoves,
});

/** What we do when a timer is due. */
export const timers = (now: () => Date): TaskHandlers => ({
  'lease-reminder': whenLeaseNearsItsEnd(now),
  'lease-end': whenLeaseEnds(now),
  expire: whenValidityEnds(now),
});
