import type { Actor } from '@carethread/contracts/actor.ts';

/** Who asks, and a text that is the same for the same rights: what is cached or shared per person is keyed by it. */
export interface Caller {
  readonly actor: Actor;
  readonly key: string;
}

export const callerOf = (actor: Actor): Caller => ({ actor, key: JSON.stringify(actor) });
