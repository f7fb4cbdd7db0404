import { idSchema } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { AskingActor } from '../asking.ts';
import { nameSchema } from '../name.ts';

const renameInput = z.object({
  passkeyId: idSchema<'Passkey'>(),
  name: nameSchema(60),
  expectedVersion: z.int(),
});
const rename = `UPDATE passkeys SET name = $2, version = version + 1 WHERE id = $1 AND version = $3 RETURNING id`;
const versionOf = 'SELECT version FROM passkeys WHERE id = $1';

/** Gives one of the person's own passkeys another name. Answers its id. */
export async function renamePasskey(asking: AskingActor, input: unknown): Promise<string | Refusal> {
  const wish = checkInput(renameInput, input);
  if (wish instanceof Refusal) return wish;
  const { passkeyId, name, expectedVersion } = wish;
  return asking.database.asActor(asking.actor, async (tx) => {
    const [renamed, [now]] = await Promise.all([
      tx.query(rename, [passkeyId, name, expectedVersion]),
      tx.query<{ version: number }>(versionOf, [passkeyId]),
    ]);
    if (!now) return refuse('NOT_FOUND', 'You have no such passkey.', { path: ['input', 'passkeyId'] });
    return renamed.length > 0 ? passkeyId : staleVersion(expectedVersion, now.version);
  });
}
