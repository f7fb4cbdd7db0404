import { scopes } from '@carethread/contracts/scopes.ts';
import { isNetwork } from '@carethread/service-kit/address-list.ts';
import { z } from 'zod';

/** What a service account may be allowed. */
export const allowanceFields = {
  scopes: z
    .array(z.enum(scopes, `must be one of ${scopes.join(', ')}`))
    .min(1, 'must name at least one scope')
    .transform((given) => [...new Set(given)]),
  networks: z
    .array(z.string().refine(isNetwork, 'must be an address or a network such as 203.0.113.0/24'))
    .max(50, 'must be at most 50')
    .nullish()
    .transform((given) => [...new Set(given)]),
};
