import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '@carethread/contracts/actor.ts';

const current = new AsyncLocalStorage<Actor | null>();

/** Runs `work` as this person: every read through the actor's pool inside it is limited to what they may see. */
export const actingAs = <Result>(actor: Actor | null, work: () => Result): Result => current.run(actor, work);

/** The person the running request belongs to; null for anonymous and outside a request. */
export const currentActor = (): Actor | null => current.getStore() ?? null;

/** The statement that tells PostgreSQL who asks, for the current transaction only. */
export function actorSettings(actor: Actor | null): { text: string; values: string[] } {
  return {
    text: `SELECT set_config('app.user_id', $1, true), set_config('app.organisation_id', $2, true),
  set_config('app.role', $3, true), set_config('app.permissions', $4, true)`,
    values: [
      actor?.userId ?? '',
      actor?.organisationId ?? '',
      actor?.role ?? '',
      actor?.permissions.join(',') ?? '',
    ],
  };
}
