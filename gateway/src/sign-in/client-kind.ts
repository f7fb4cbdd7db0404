import type { Caller } from './caller.ts';

/** Our own clients, people's and those of nobody yet, or a program of another organisation (a service account). */
export type ClientKind = 'app' | 'partner';

export const clientKind = (caller: Caller | null): ClientKind => (caller?.actor.client ? 'partner' : 'app');
