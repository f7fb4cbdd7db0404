import type { AccessSummary } from '@carethread/contracts/events/audit.ts';
import type { ChainedRow } from './chain.ts';

/** Ids that a line names; it counts them all. */
const mostIds = 20;

/**
 * What the rows say of patients, for those who show it to them: rows of one person about one patient's things of one kind
 * in the same hour become one line. Rows about nobody, and refusals, are not for them.
 */
export function summaryOf(rows: readonly ChainedRow[]): AccessSummary[] {
  const lines = new Map<string, AccessSummary>();
  for (const row of rows) {
    if (row.patientId === null || row.outcome !== 0) continue;
    const hour = row.at.slice(0, 13);
    const { userId, organisationId, role, proxyId, action, kind, purpose, patientId } = row;
    const about = { patientId, userId, organisationId, role, proxyId, action, kind, purpose };
    const key = JSON.stringify([hour, ...Object.values(about)]);
    const line = lines.get(key);
    if (!line) {
      const ids = { times: 1, entityIds: row.entityIds.slice(0, mostIds) };
      lines.set(key, { ...about, ...ids, firstAt: row.at, lastAt: row.at } as AccessSummary);
      continue;
    }
    line.times += 1;
    if (row.at < line.firstAt) line.firstAt = row.at;
    if (row.at > line.lastAt) line.lastAt = row.at;
    line.entityIds = [...new Set([...line.entityIds, ...row.entityIds])].slice(0, mostIds) as never;
  }
  return [...lines.values()];
}
