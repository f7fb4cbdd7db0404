import type { TaskHandlers } from '@carethread/bus/task-handlers.ts';
import { schedule, type Task } from '@carethread/bus/task.ts';
import type { Database } from '@carethread/service-kit/database.ts';
import type { ThreadId } from '@carethread/contracts/ids.ts';
import { z } from 'zod';
import type { Retention } from '../retention.ts';
import { dueThreads } from './due-threads.ts';
import { purgeThread, threadsWithOldChanges, trimChanges } from './purge-thread.ts';

const day = 86_400_000;
/** Threads one look finds at most; if there were so many, the next look follows at once. */
const most = 500;

const lookAt = (dueAt: Date): Task => ({ key: 'retention', kind: 'retention.look', payload: null, dueAt });
const about = (what: 'purge' | 'trim', threadId: ThreadId, dueAt: Date): Task => ({
  key: `retention.${what}:${threadId}`,
  kind: `retention.${what}`,
  payload: { threadId },
  dueAt,
});
const payloadSchema = z.object({ threadId: z.string().transform((id) => id as ThreadId) });

/** Has the first look taken as soon as the service runs; each look schedules the next one. */
export const beginRetention = (database: Database, now: Date): Promise<void> =>
  database.asWorker(async (tx) => schedule(tx, lookAt(now)));

/** A look a day for threads whose time is over; then one short transaction for every thread and every thousand messages. */
export const retentionTasks = (retention: Retention, now: () => Date): TaskHandlers => {
  const trimBefore = () => new Date(now().getTime() - retention.days.technical * day);
  return {
    'retention.look': async (_, tx) => {
      const at = now();
      const [due, old] = await Promise.all([
        dueThreads(tx, retention, { now: at, most }),
        threadsWithOldChanges(tx, trimBefore(), most),
      ]);
      for (const threadId of due) schedule(tx, about('purge', threadId, at));
      for (const threadId of old) schedule(tx, about('trim', threadId, at));
      const isMore = due.length === most || old.length === most;
      schedule(tx, lookAt(new Date(at.getTime() + (isMore ? 60_000 : day))));
    },
    'retention.purge': async ({ payload }, tx) => {
      const { threadId } = payloadSchema.parse(payload);
      const at = now();
      if (await purgeThread(tx, threadId, retention, { now: at })) schedule(tx, about('purge', threadId, at));
    },
    'retention.trim': async ({ payload }, tx) =>
      trimChanges(tx, payloadSchema.parse(payload).threadId, trimBefore()),
  };
};
