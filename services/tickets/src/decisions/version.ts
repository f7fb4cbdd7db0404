import { type Refusal, staleVersion } from '@carethread/service-kit/refusal.ts';
import type { Ticket } from '../ticket.ts';

/** A refusal when the person decided on an older state than the one that is. */
export const versionProblem = (ticket: Ticket, expected: number | null | undefined): Refusal | null =>
  expected == null || expected === ticket.version ? null : staleVersion(expected, ticket.version);
