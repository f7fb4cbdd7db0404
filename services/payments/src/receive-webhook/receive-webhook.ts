import { schedule } from '@carethread/bus/task.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { Foundation } from '../foundation.ts';

const keep = `INSERT INTO webhook (id, provider, event_id, type, notice, status, received_at)
  VALUES ($1, $2, $3, $4, $5, 'received', $6) ON CONFLICT (provider, event_id) DO NOTHING RETURNING id`;

/** What the provider is told: anything but `kept` makes it send the webhook again. */
export type Receipt = 'kept' | 'not signed';

/**
 * Takes a webhook in: its signature is checked on the bytes as they came, and it is stored before it is confirmed. What it
 * means is worked out afterwards, by a task. A repeat is confirmed, and that is all.
 */
export async function receiveWebhook(
  { database, provider, now }: Foundation,
  body: Buffer,
  signature: string,
): Promise<Receipt> {
  const notice = provider.readNotice(body, signature);
  if (!notice) return 'not signed';
  const id = newId<'Webhook'>();
  await database.asWorker(async (tx) => {
    const values = [id, provider.name, notice.id, notice.type, JSON.stringify(notice), now()];
    const [kept] = await tx.query(keep, values);
    if (kept) schedule(tx, { key: `notice:${id}`, kind: 'notice', payload: { webhookId: id }, dueAt: now() });
  });
  return 'kept';
}
