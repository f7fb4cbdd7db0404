import type { Actor } from '@carethread/contracts/actor.ts';
import type { Database } from '@carethread/service-kit/database.ts';

interface PlanNode {
  'Node Type': string;
  'Subplan Name'?: string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Loops': number;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/**
 * What PostgreSQL did for a statement as this person, a line for each node that ran, indented by depth: the node, what
 * it read, how many rows came out and how many were thrown away.
 */
export async function executedPlan(
  database: Database,
  actor: Actor,
  { text, params }: { text: string; params: unknown[] },
): Promise<string[]> {
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
  const [answer] = await database.asActor(actor, (tx) =>
    tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(explain, params),
  );
  return describePlan(answer!['QUERY PLAN'][0].Plan);
}

/** A plan in the same lines. */
export function describePlan(node: PlanNode, indent = ''): string[] {
  if (node['Actual Loops'] === 0) return [];
  const { 'Relation Name': relation, 'Index Name': index, 'Rows Removed by Filter': removed } = node;
  const parts = [
    node['Subplan Name'] && `${node['Subplan Name']}:`,
    node['Node Type'],
    index && `using ${index}`,
    relation && `on ${relation}`,
    `rows ${node['Actual Rows'] * node['Actual Loops']}`,
    removed && `removed ${removed}`,
  ];
  const line = indent + parts.filter(Boolean).join(' ');
  return [line, ...(node.Plans ?? []).flatMap((child) => describePlan(child, `${indent}  `))];
}
