import type { Actor } from '@carethread/contracts/actor.ts';
import { type Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { mayDecide } from './may-approve.ts';
import type { Renewal } from './renewal.ts';

export const renewalNotFound = (): Refusal =>
  refuse('NOT_FOUND', 'There is no such renewal, or it is not yours to see.', {
    path: ['input', 'renewalId'],
  });

/** Why this person cannot approve or decline it now; null when they can. The second of two finds that it is decided. */
export function decidable(renewal: Renewal | null, actor: Actor, expectedVersion: number): Refusal | null {
  if (!renewal || !mayDecide(actor, renewal)) return renewalNotFound();
  const { state, version } = renewal;
  if (state !== 'awaiting_approval')
    return refuse(
      'ILLEGAL_MOVE',
      renewal.decidedBy ? 'It was decided before.' : 'There is nothing to decide now.',
      {
        currentStatus: state.toUpperCase(),
      },
    );
  return version === expectedVersion ? null : staleVersion(expectedVersion, version);
}
