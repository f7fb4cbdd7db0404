import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from '@carethread/contracts/actor.ts';
import { statementTimeout } from './deadline.ts';

const current = new AsyncLocalStorage<{ actor: Actor | null; requestId: string }>();

/**
 * Runs `work` as this person: every read through the actor's pool inside it is limited to what they may see, and what is
 * written is on record with the request's id.
 */
export const actingAs = <Result>(
  actor: Actor | null,
  work: () => Result,
  requestId: string = current.getStore()?.requestId ?? '',
): Result => current.run({ actor, requestId }, work);

/** The person the running request belongs to; null for anonymous and outside a request. */
export const currentActor = (): Actor | null => current.getStore()?.actor ?? null;

/** The statement that tells PostgreSQL who asks and how long they wait, for the current transaction only. */
export function actorSettings(actor: Actor | null): { text: string; values: string[] } {
  return {
    text: `SELECT set_config('app.user_id', $1, true), set_config('app.organisation_id', $2, true),
  set_config('app.role', $3, true), set_config('app.permissions', $4, true), set_config('app.proxy_id', $5, true),
  set_config('app.proxy_scopes', $6, true), set_config('app.emergency_id', $7, true),
  set_config('app.membership_id', $8, true), set_config('app.request_id', $9, true),
  set_config('app.client_id', $10, true),
  set_config('statement_timeout', COALESCE(NULLIF($11, ''), current_setting('statement_timeout')), true)`,
    values: [
      actor?.userId ?? '',
      actor?.organisationId ?? '',
      actor?.role ?? '',
      actor?.permissions.join(',') ?? '',
      actor?.proxyId ?? '',
      actor?.proxyScopes?.join(',') ?? '',
      actor?.emergencyId ?? '',
      actor?.membershipId ?? '',
      current.getStore()?.requestId.slice(0, 200) ?? '',
      actor?.client?.id ?? '',
      statementTimeout(),
    ],
  };
}
