import { emit } from '@carethread/bus/outbox.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { PresenceChosen } from '@carethread/contracts/events/messaging.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { principalOf } from '../thread.ts';

const inputSchema = z.object({ hidden: z.boolean() });
/** Nothing, where that is chosen already: a repeat tells nobody. */
const choose = `INSERT INTO inbox (principal_id, hides_presence, presence_version) VALUES ($1, $2, 1)
  ON CONFLICT (principal_id) DO UPDATE SET hides_presence = $2, presence_version = inbox.presence_version + 1
  WHERE inbox.hides_presence <> $2 RETURNING presence_version AS version`;

/** Keeps whether others are told that the actor (for a pharmacist, the pharmacy) is there and writes. */
export async function hidePresence(
  database: Database,
  actor: Actor,
  input: unknown,
  cause: Cause,
): Promise<Refusal | null> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  const principalId = principalOf(actor);
  await database.asActor(actor, async (tx) => {
    const [chosen] = await tx.query<{ version: number }>(choose, [principalId, checked.hidden]);
    const data = { principalId, hidden: checked.hidden };
    if (chosen)
      emit(tx, PresenceChosen, { aggregateId: principalId, sequence: chosen.version, data, ...cause });
  });
  return null;
}
