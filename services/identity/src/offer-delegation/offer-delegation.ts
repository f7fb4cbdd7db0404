import { proxyScopes } from '@carethread/contracts/actor.ts';
import { type DelegationId, idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor } from '../asking.ts';
import { decideOffer, relations } from '../delegation.ts';
import { insertDelegation } from '../delegation-store.ts';
import { optionalNameSchema } from '../name.ts';
import { delegationCode, delegationCodeHash } from '../tokens/delegation-code.ts';

const code = <Code extends string>(codes: readonly Code[]) => z.string().toLowerCase().pipe(z.enum(codes));
const offerInput = z.object({
  idempotencyKey: idSchema(),
  patientId: idSchema<'User'>()
    .nullish()
    .transform((id) => id ?? null),
  relation: code(relations),
  scopes: z
    .array(code(proxyScopes))
    .min(1, 'must name something')
    .transform((given) => [...new Set(given)]),
  endsAt: z.coerce.date(),
  childBornOn: z.iso
    .date('must be a day as YYYY-MM-DD')
    .transform((day) => new Date(day))
    .nullish()
    .transform((day) => day ?? null),
  reason: optionalNameSchema(500).refine((text) => text === null || text.length >= 3, 'must say why'),
});

const isPatient = 'SELECT access.is_patient($1) AS yes';

/** What of the configuration delegations need. */
export interface DelegationRules {
  keyEncryptionKey: Buffer;
  /** Age at which a child decides alone, in years. */
  ofAge: number;
}

/** Offers a delegation. Answers its id. */
export async function offerDelegation(
  asking: AskingActor,
  { keyEncryptionKey, ofAge }: DelegationRules,
  input: unknown,
): Promise<{ id: DelegationId } | Refusal> {
  const wish = checkInput(offerInput, input);
  if (wish instanceof Refusal) return wish;
  const { idempotencyKey: key, ...offer } = wish;
  return administer(asking, { name: 'offerDelegation', key, content: offer }, async (tx) => {
    const offered = decideOffer(newId(), offer, asking.actor, ofAge, asking.now());
    if (offered instanceof Refusal) return offered;
    const [known] = await tx.query<{ yes: boolean }>(isPatient, [offered.patientId]);
    if (!known?.yes)
      return refuse('NOT_FOUND', 'There is no such patient.', { path: ['input', 'patientId'] });
    insertDelegation(tx, offered, delegationCodeHash(delegationCode(offered.id, keyEncryptionKey)));
    return { id: offered.id };
  });
}
