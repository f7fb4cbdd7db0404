import type { Timer } from '@carethread/bus/task-handlers.ts';
import type { RenewalId } from '@carethread/contracts/ids.ts';
import { type Cause, nobody } from '@carethread/service-kit/cause.ts';
import type { Reacting } from '../react.ts';
import { onDocument, onDownload } from '../renewal/follow.ts';
import type { DocumentNews } from '../renewal/tell-renewal.ts';
import { lockRenewal, saveRenewal } from '../store/renewal-store.ts';

const find = 'SELECT id FROM renewal WHERE prescription_id = $1';

/** The document is there, or the patient has it. Downloads by others change nothing. */
export const renewalHearsOfDocument =
  ({ now }: Reacting): Timer =>
  async ({ payload }, tx) => {
    const news = payload as DocumentNews;
    const [row] = await tx.query<{ id: RenewalId }>(find, [news.prescriptionId]);
    const renewal = row && (await lockRenewal(tx, row.id));
    if (!renewal) return;
    if (news.is === 'downloaded' && news.by !== renewal.patientId) return;
    const at = now();
    // A download says that the document is there, should its own news come later.
    const ready = onDocument(renewal, news.documentId, at);
    const cause: Cause = news.is === 'downloaded' ? { ...nobody, actorId: news.by } : nobody;
    const after = ready ? saveRenewal(tx, renewal, ready, nobody) : renewal;
    const downloaded = news.is === 'downloaded' ? onDownload(after, at) : null;
    if (downloaded) saveRenewal(tx, after, downloaded, cause);
  };
