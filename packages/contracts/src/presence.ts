import { z } from 'zod';
import { idSchema } from './ids.ts';

const place = { threadId: idSchema<'Thread'>(), memberId: idSchema<'User' | 'Organisation'>() };
const gateway = idSchema<'Gateway'>();
/** How many moves this gateway has told of: whoever misses one asks for all. */
const number = z.int().min(0);
const typing = z.object({ ...place, forMs: z.int().min(0).max(60_000) });

/**
 * What gateways tell each other through `live.presence`: ids only, never stored, and worth nothing after seconds. Each
 * speaks of the people connected to itself, under an id it makes at its start. Durations, so that clocks may differ.
 */
export const presenceMessage = z.discriminatedUnion('kind', [
  /** Somebody came to a thread, or left it. */
  z.object({ kind: z.literal('moved'), gateway, number, ...place, present: z.boolean() }),
  /** Somebody writes for so many milliseconds more; 0: no longer. */
  z.object({ kind: z.literal('typing'), gateway, ...typing.shape }),
  /** The gateway is there, and nothing was said since. */
  z.object({ kind: z.literal('alive'), gateway, number }),
  /** Everybody at this gateway. */
  z.object({
    kind: z.literal('whole'),
    gateway,
    number,
    present: z.array(z.object(place)),
    typing: z.array(typing),
  }),
  /** Asks one gateway, or all, for the whole. */
  z.object({ kind: z.literal('asking'), gateway, of: gateway.nullable() }),
]);
/** As it is heard. */
export type PresenceMessage = z.output<typeof presenceMessage>;
/** As it is said. */
export type PresenceSaying = z.input<typeof presenceMessage>;
