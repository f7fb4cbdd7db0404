import { outsideCall, type TaskHandlers } from '../../src/task-handlers.ts';

interface Payload {
  requestId: string;
}

/** B's tasks: a timer that notes itself, and a call to the stamping service. */
export const answeringTasks = (stampUrl: string): TaskHandlers => ({
  'follow-up': async ({ payload }, tx) => {
    tx.send('INSERT INTO follow_up (request_id) VALUES ($1)', [(payload as Payload).requestId]);
  },
  stamp: outsideCall({
    leaseMs: 3_000,
    prepare: async ({ payload }) => (payload as Payload).requestId,
    async call(requestId, _task, signal) {
      const response = await fetch(`${stampUrl}/${requestId}`, { method: 'POST', signal });
      if (!response.ok) throw new Error(`The stamping service answered ${response.status}.`);
      return { requestId, stamp: await response.text() };
    },
    async record({ requestId, stamp }, _task, tx) {
      tx.send('INSERT INTO stamp (request_id, stamp) VALUES ($1, $2)', [requestId, stamp]);
    },
  }),
});
