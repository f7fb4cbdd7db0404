import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { newIds } from '../change-prescription.ts';
import { type Reacting, saveIf } from '../react.ts';
import { judge } from '../judging.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { keepVerdict } from '../store/keep-verdict.ts';
import { lockPrescription } from '../store/load.ts';

/** Keeps the verdict; if it answers the newest question about the content in force, releases, blocks or holds back. */
export const whenScreeningCompleted =
  (by: Reacting): Handler<DataOf<'catalog.screening.completed.v1'>> =>
  async (event, tx) => {
    const { data } = event;
    const now = by.now();
    const prescription = await lockPrescription(tx, data.prescriptionId);
    if (!prescription) return;
    keepVerdict(tx, data, data.verdict, now);
    const lines = new Map(data.lines.map(({ lineId, ...resolved }) => [lineId as string, resolved]));
    const decided = judge(
      prescription,
      data,
      { verdict: data.verdict, lines },
      { now, newIds, rules: by.rules },
    );
    saveIf(tx, prescription, decided, { ...by, cause: { ...causeOfEvent(event), actorId: null } });
  };
