import type { ThreadId } from '@carethread/contracts/ids.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import type { Context } from './context.ts';

/** The payload of a mutation that changed a thread: the thread as it is after the change. */
export const threadPayload = async (outcome: ThreadId | Refusal, { reads }: Context) =>
  outcome instanceof Refusal
    ? { thread: null, userErrors: [...outcome.userErrors] }
    : { thread: await reads.thread.load(outcome), userErrors: [] };
