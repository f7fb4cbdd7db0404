import type { DataClass } from '@carethread/contracts/define-event.ts';
import { isId } from '@carethread/contracts/ids.ts';

const code = /^[a-z][a-z0-9]*([_.:-][a-z0-9]+)*$/i;
const time = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/**
 * A payload for an operator's eyes: structure, ids, codes, numbers and times stay, all else is masked. Where codes are
 * health facts themselves, only ids stay.
 */
export function mask(value: unknown, dataClass: DataClass): unknown {
  if (Array.isArray(value)) return value.map((item) => mask(item, dataClass));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, dataClass)]));
  if (value === null || isId(value)) return value;
  if (dataClass === 'health-codes') return `[${typeof value}]`;
  if (typeof value !== 'string') return value;
  return (value.length <= 60 && code.test(value)) || time.test(value) ? value : '[string]';
}
