import { z } from 'zod';

/**
 * A payment method as the provider's own form gave it to the patient's device: a token, never a card. What could be a card
 * number is refused before it is written or logged anywhere.
 */
export const methodSchema = z
  .string()
  .max(200)
  .regex(/^pm_[A-Za-z0-9_]+$/, 'must be a payment method token of the provider, such as pm_…')
  .refine((token) => !/\d{13}/.test(token), 'must not hold a card number');
