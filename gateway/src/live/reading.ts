import type { ExecutionResult } from 'graphql';
import { isAccident } from '../errors/mask-error.ts';
import type { LiveValue } from './live-event.ts';
import { checkName, type Plan } from './plan.ts';

/** What came of reading an event as one subscriber. */
export type Reading =
  | { kind: 'deliver'; result: ExecutionResult }
  /** The subscriber may not read it: for them it does not exist. */
  | { kind: 'withheld' }
  /** Nobody can say now whether they may. */
  | { kind: 'unavailable' };

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** Judges the answer to an event's query. Takes our own check out of what is delivered. */
export function judge(plan: Plan, value: LiveValue, result: ExecutionResult): Reading {
  const root = result.data?.[plan.responseName];
  if (!isObject(root)) return { kind: 'unavailable' };
  const check = plan.feed.checks.find(({ type }) => type === value.__typename);
  const entity = check && root[check.field];
  const named = check && isObject(value[check.field]);
  const checked = !named || (isObject(entity) && entity[checkName] != null);
  if (!checked || selectedEntityIsNull(plan, value, root))
    return { kind: failed(result, plan.responseName) ? 'unavailable' : 'withheld' };
  if (!check) return { kind: 'deliver', result };
  const { field } = check;
  if (isObject(entity)) delete entity[checkName];
  // An object we asked for alone was not asked for by the client.
  if (!plan.selected.has(field) || (isObject(entity) && Object.keys(entity).length === 0)) delete root[field];
  return { kind: 'deliver', result };
}

/** An entity the event names, that the client selected, and that its owner did not give. */
const selectedEntityIsNull = ({ selected }: Plan, value: LiveValue, root: Json) =>
  [...selected].some(
    ([name, fields]) => root[name] === null && [...fields].some((field) => isObject(value[field])),
  );

/** Whether an entity may be missing because of a failure. Errors that lie deeper concern other services' parts of it. */
const failed = ({ errors }: ExecutionResult, responseName: string) =>
  (errors ?? []).some(
    ({ path, extensions: { code } }) =>
      (code === 'SUBGRAPH_UNAVAILABLE' || isAccident(code)) &&
      (!path || (path[0] === responseName && path.length <= 3)),
  );
