import { newId } from '@carethread/contracts/ids.ts';
import { emit } from '@carethread/bus/outbox.ts';
import { MessagePosted } from '@carethread/contracts/events/messaging.ts';
import { openDatabase } from '@carethread/service-kit/database.ts';
import { openedTicket, startMessaging } from '../test/messaging.ts';
const m = await startMessaging();
const t = await openedTicket(m);
const database = openDatabase({ appUrl: m.env['DATABASE_URL']!, workerUrl: m.env['WORKER_DATABASE_URL']!, poolSize: 8, onWake: () => {}, onError: () => {} });
await m.service.stop();
const cols = `id, ticket_id AS "ticketId", order_id AS "orderId", order_type AS "orderType", member_ids AS "memberIds",
  pharmacy_version AS "pharmacyVersion", ticket_status AS "ticketStatus", ticket_version AS "ticketVersion",
  opened_at AS "openedAt", active_at AS "activeAt", last_number AS "lastNumber", version`;
const lock = `SELECT ${cols} FROM thread WHERE id = $1 FOR NO KEY UPDATE`;
const earlier = `SELECT id, thread_id, number, kind, body FROM message WHERE sent_by = $1 AND client_id = $2`;
const insert = `INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, fingerprint, body,
    notice, reply_to, prescription_id, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;
const advance = `UPDATE thread SET last_number = $2, version = $3, active_at = greatest(active_at, $4) WHERE id = $1`;
const tell = `UPDATE member SET active_at = greatest(active_at, $2),
    unread_count = unread_count + CASE WHEN principal_id <> $3::uuid THEN 1 ELSE 0 END WHERE thread_id = $1 AND left_at IS NULL`;
const one = `WITH posted AS (${insert}), advanced AS (UPDATE thread SET last_number = $3, version = $15, active_at = greatest(active_at, $14) WHERE id = $2)
  UPDATE member SET active_at = greatest(active_at, $14), unread_count = unread_count + CASE WHEN principal_id <> $6::uuid THEN 1 ELSE 0 END WHERE thread_id = $2 AND left_at IS NULL`;
const joined = `SELECT ${cols.replaceAll(/\b(id|ticket_id|order_id|order_type|member_ids|pharmacy_version|ticket_status|ticket_version|opened_at|active_at|last_number|version)\b(?=,| AS|$)/g, 'thread.$1')}, e.eid, e.body FROM thread LEFT JOIN LATERAL (SELECT id AS eid, body FROM message WHERE sent_by = $2 AND client_id = $3) e ON true WHERE thread.id = $1 FOR NO KEY UPDATE OF thread`;
const who = t.doctor.userId;
function run(variant: 'A' | 'B' | 'C') {
  return database.asActor(t.doctor, async (tx) => {
    const clientId = newId(); const now = new Date();
    let thread: any;
    if (variant === 'C') [thread] = await tx.query<any>(joined, [t.threadId, who, clientId]);
    else [[thread]] = await Promise.all([tx.query<any>(lock, [t.threadId]), tx.query<any>(earlier, [who, clientId])]) as any;
    const n = thread.lastNumber + 1, v = thread.version + 1, id = newId<'Message'>();
    const vals = [id, t.threadId, n, 'text', 'direct', who, who, clientId, 'f'.repeat(64), 'Good morning', null, null, null, now];
    if (variant === 'A') { tx.send(advance, [t.threadId, n, v, now]); tx.send(insert, vals); tx.send(tell, [t.threadId, now, who]); }
    else tx.send(one, [...vals, v]);
    emit(tx, MessagePosted, { aggregateId: t.threadId, sequence: v, data: { threadId: t.threadId as never, ticketId: t.id, messageId: id, number: n, senderId: who, kind: 'text', routing: 'direct', memberIds: thread.memberIds } });
  });
}
const whole = `WITH t AS (SELECT * FROM thread WHERE id = $2), posted AS (INSERT INTO message (id, thread_id, number, kind, routing, sender_id, sent_by, client_id, fingerprint, body, notice, reply_to, prescription_id, sent_at) SELECT $1, $2, last_number + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM t RETURNING number),
 advanced AS (UPDATE thread SET last_number = last_number + 1, version = version + 1, active_at = greatest(active_at, $13) WHERE id = $2 RETURNING version, last_number, ticket_id, member_ids),
 told AS (UPDATE member SET active_at = greatest(active_at, $13), unread_count = unread_count + CASE WHEN principal_id <> $5::uuid THEN 1 ELSE 0 END WHERE thread_id = $2 AND left_at IS NULL),
 ob AS (INSERT INTO bus.outbox (event_id, aggregate_id, sequence, type, payload, actor_id) SELECT $14, $2, version, 'messaging.message.posted.v1', jsonb_build_object('threadId', $2::text, 'ticketId', ticket_id, 'messageId', $1::text, 'number', last_number, 'senderId', $5::text, 'kind', 'text', 'routing', 'direct', 'memberIds', member_ids), $6 FROM advanced)
 SELECT * FROM advanced`;
async function runD() {
  const id = newId<'Message'>(); const now = new Date();
  const r = await database.asActor(t.doctor, async (tx) => {
    tx.send('SELECT 1 FROM thread WHERE id = $1 FOR NO KEY UPDATE', [t.threadId]);
    const rows = tx.query<any>(whole, [id, t.threadId, 'text', 'direct', who, who, newId(), 'f'.repeat(64), 'Good morning', null, null, null, now, newId()]);
    rows.catch(() => {});
    return { rows };
  });
  return (await r.rows)[0];
}
const runY = () => database.asActor(t.doctor, async (tx) => { await tx.query('SELECT id FROM thread WHERE id = $1 FOR NO KEY UPDATE', [t.threadId]); tx.send('UPDATE thread SET active_at = active_at WHERE id = $1', [t.threadId]); });
const took: Record<string, number[]> = { A: [], B: [], C: [], D: [], Y: [] };
for (let i = 0; i < 2000; i++) for (const v of ['A', 'B', 'C', 'D', 'Y'] as const) { const b = performance.now(); if (v === 'D') await runD(); else if (v === 'Y') await runY(); else await run(v); took[v]!.push(performance.now() - b); }
for (const v of ['A', 'B', 'C', 'D', 'Y']) { const s = took[v]!.slice(300).sort((a, b) => a - b); console.log(v, [0.05, 0.1, 0.25, 0.5].map((q) => s[Math.floor(s.length * q)]!.toFixed(2)).join(' ')); }
await database.close(); await m.close();
