import type { Tx } from './transaction.ts';

/** A timer or an outside call as a row: written with the change that needs it, run at least once, lease by lease. */
export interface Task {
  /** Unique name, such as `lease-end:<ticketId>:<fence>`; the same key is not scheduled twice. */
  key: string;
  kind: string;
  payload: unknown;
  dueAt: Date;
}

const insertTask = `INSERT INTO bus.task (key, kind, payload, due_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (key) DO NOTHING`;

export function schedule(tx: Tx, task: Task): void {
  tx.send(insertTask, [task.key, task.kind, JSON.stringify(task.payload), task.dueAt]);
  tx.wakes = true;
}

/** Drops a task that is no longer wanted. A task that already runs finds the world changed and must cope. */
export function unschedule(tx: Tx, key: string): void {
  tx.send('DELETE FROM bus.task WHERE key = $1', [key]);
}
