import type { Actor } from '@carethread/contracts/actor.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { principalOf } from '../thread.ts';

const inputSchema = z.object({ privately: z.boolean() });
const choose = `INSERT INTO inbox (principal_id, reads_privately) VALUES ($1, $2)
  ON CONFLICT (principal_id) DO UPDATE SET reads_privately = $2`;

/** Keeps whether others are told what the actor (for a pharmacist, the pharmacy) reads from now on. */
export async function readPrivately(
  database: Database,
  actor: Actor,
  input: unknown,
): Promise<Refusal | null> {
  const checked = checkInput(inputSchema, input);
  if (checked instanceof Refusal) return checked;
  await database.asActor(actor, async (tx) => tx.send(choose, [principalOf(actor), checked.privately]));
  return null;
}
