import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import { type AskingActor, originOf } from '../asking.ts';
import { nameSchema } from '../name.ts';
import { permissionsSchema } from '../permission-input.ts';
import { decideSetChange, type PermissionSetId, type SetChange } from '../permission-set.ts';
import { isNameTaken, loadPermissionSet, savePermissionSet } from '../permission-set-store.ts';

const onSet = { idempotencyKey: idSchema(), id: idSchema<'PermissionSet'>(), expectedVersion: z.int() };
const changeInput = z.object({
  ...onSet,
  name: nameSchema(80).nullish(),
  permissions: permissionsSchema,
});
const endInput = z.object(onSet);

type Outcome = Promise<{ id: PermissionSetId } | Refusal>;

/** Replaces what is in a set; whoever has it has that from their next request on, and less at once. */
export async function changePermissionSet(asking: AskingActor, input: unknown): Outcome {
  const wish = checkInput(changeInput, input);
  if (wish instanceof Refusal) return wish;
  const { name = null, permissions } = wish;
  return change(asking, 'changePermissionSet', wish, { kind: 'content', name, permissions });
}

/** Ends a set of an organisation; whoever had it has it no more. */
export async function endPermissionSet(asking: AskingActor, input: unknown): Outcome {
  const wish = checkInput(endInput, input);
  return wish instanceof Refusal ? wish : change(asking, 'endPermissionSet', wish, { kind: 'end' });
}

function change(
  asking: AskingActor,
  name: string,
  wish: z.infer<typeof endInput>,
  wanted: SetChange,
): Outcome {
  const { idempotencyKey: key, ...content } = wish;
  return administer(asking, { name, key, content }, async (tx) => {
    const current = await loadPermissionSet(tx, wish.id);
    const changed = decideSetChange(current, wish.expectedVersion, wanted, asking.actor, asking.now());
    if (changed instanceof Refusal) return changed;
    if (await isNameTaken(tx, changed))
      return refuse('CONFLICT', 'The organisation has a set of this name.', { path: ['input', 'name'] });
    await savePermissionSet(tx, changed, originOf(asking));
    return { id: changed.id };
  });
}
