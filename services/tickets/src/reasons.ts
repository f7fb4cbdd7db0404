/** Why a party cancels. Some make the pharmacy's acknowledgement urgent; all stand on the timeline. */
export const cancelReasons = [
  'patient_wish',
  'wrong_patient',
  'wrong_drug',
  'wrong_dose',
  'allergy',
  'interaction',
  'duplicate',
  'no_longer_needed',
  'patient_died',
  'other',
] as const;

/** Why a pharmacy gives a ticket back to the pool. */
export const returnReasons = [
  'out_of_stock',
  'patient_wish',
  'not_collected',
  'claimed_by_mistake',
  'cannot_do_in_time',
  'needs_clarification',
  'other',
] as const;

/** Why a pharmacy declines a ticket for good. */
export const declineReasons = [
  'clinical_concern',
  'suspected_forgery',
  'not_available_anywhere',
  'not_permitted',
  'patient_refused',
  'other',
] as const;
