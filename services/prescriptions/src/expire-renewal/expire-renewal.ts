import type { Timer } from '@carethread/bus/task-handlers.ts';
import { nobody } from '@carethread/service-kit/cause.ts';
import type { Reacting } from '../react.ts';
import { onDeadline } from '../renewal/follow.ts';
import { type DeadlinePayload, lockRenewal, saveRenewal } from '../store/renewal-store.ts';

/** It was waited for long enough. A deadline that another one replaced does nothing; running it twice does neither. */
export const expireRenewal =
  ({ now }: Reacting): Timer =>
  async ({ payload }, tx) => {
    const { renewalId, deadline } = payload as DeadlinePayload;
    const renewal = await lockRenewal(tx, renewalId);
    const settled = renewal && onDeadline(renewal, new Date(deadline), now());
    if (settled) saveRenewal(tx, renewal, settled, nobody);
  };
