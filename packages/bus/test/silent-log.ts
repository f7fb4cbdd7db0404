import type { Log } from '../src/watch.ts';

/** Swallows everything: the tests look at what happened, not at what was said about it. */
export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };
