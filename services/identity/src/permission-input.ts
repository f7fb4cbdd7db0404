import { permissions } from '@carethread/contracts/actor.ts';
import { z } from 'zod';

/** Permissions by name, each once. */
export const permissionsSchema = z
  .array(z.enum(permissions, `must be one of ${permissions.join(', ')}`))
  .transform((given) => [...new Set(given)].toSorted());
