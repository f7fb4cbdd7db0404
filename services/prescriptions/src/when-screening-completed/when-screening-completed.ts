import type { Handler } from '@carethread/bus/handlers.ts';
import type { DataOf } from '@carethread/contracts/registry.ts';
import { newIds } from '../change-prescription.ts';
import type { Prescription } from '../prescription.ts';
import { type Reacting, saveIf } from '../react.ts';
import { judge } from '../judging.ts';
import { causeOfEvent } from '@carethread/service-kit/cause.ts';
import { newsOf } from '@carethread/contracts/verdict-news.ts';
import type { StoredVerdict } from '../screening.ts';
import { isInForce } from '../signing.ts';
import { keepVerdict } from '../store/keep-verdict.ts';
import { lockPrescription } from '../store/load.ts';
import { keepAlert, verdictBefore } from '../store/release-alert-store.ts';

type Completed = DataOf<'catalog.screening.completed.v1'>;

/**
 * Keeps the verdict; if it answers the newest question about the content in force, releases, blocks or holds back. Where
 * another release judged before, what is new is kept as an alert for the doctor.
 */
export const whenScreeningCompleted =
  (by: Reacting): Handler<Completed> =>
  async (event, tx) => {
    const { data } = event;
    const now = by.now();
    const [prescription, before] = await Promise.all([
      lockPrescription(tx, data.prescriptionId),
      verdictBefore(tx, data),
    ]);
    if (!prescription) return;
    keepVerdict(tx, data, data.verdict, now);
    const changed = before && isByAnother(prescription, before, data);
    const news = changed ? newsOf(before, data.verdict) : null;
    if (changed) keepAlert(tx, prescription, { ...data, releaseId: data.verdict.releaseId, now }, news);
    const lines = new Map(data.lines.map(({ lineId, ...resolved }) => [lineId as string, resolved]));
    const result = { verdict: data.verdict, lines, isAlert: news !== null };
    const decided = judge(prescription, data, result, { now, newIds, rules: by.rules });
    saveIf(tx, prescription, decided, { ...by, cause: { ...causeOfEvent(event), actorId: null } });
  };

const isByAnother = (
  prescription: Prescription,
  before: StoredVerdict,
  { contentHash, verdict }: Completed,
): boolean =>
  isInForce(prescription) &&
  prescription.signature?.contentHash === contentHash &&
  before.releaseId !== verdict.releaseId;
