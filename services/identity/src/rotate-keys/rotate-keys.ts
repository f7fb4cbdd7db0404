import { schedule } from '@carethread/bus/task.ts';
import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { Tx } from '@carethread/bus/transaction.ts';
import type { Log } from '@carethread/service-kit/log.ts';
import type { SealingKeys } from '../tokens/sealed.ts';
import { rotate } from '../tokens/key-store.ts';

export const rotateKeysTask = 'rotate-keys';
const day = 86_400_000;

/** The next daily look, one for all instances and whoever asks for it: its key is the date. */
export function scheduleRotation(tx: Tx, now: Date): void {
  const dueAt = new Date((Math.floor(now.getTime() / day) + 1) * day);
  schedule(tx, {
    key: `${rotateKeysTask}:${dueAt.toISOString().slice(0, 10)}`,
    kind: rotateKeysTask,
    payload: {},
    dueAt,
  });
}

/** Looks once a day whether the signing key is old enough to get a successor. */
export const rotateKeys =
  (sealing: SealingKeys, now: () => Date, log: Log): Timer =>
  async (_task, tx) => {
    scheduleRotation(tx, now());
    const rotation = await rotate(tx, { kind: 'scheduled' }, sealing, now());
    if (rotation) log.info({ kid: rotation.kid, signsFrom: rotation.signsFrom }, 'new signing key published');
  };
