import { AsyncLocalStorage } from 'node:async_hooks';

/** In which the gateway says for how many more milliseconds somebody waits for the answer. */
export const deadlineHeader = 'x-deadline-ms';

/** Milliseconds since 1970. */
const current = new AsyncLocalStorage<number>();

/** Runs `work` for somebody who waits until then; null is for as long as it takes. */
export const withDeadline = <Result>(deadline: number | null, work: () => Result): Result =>
  deadline === null ? work() : current.run(deadline, work);

/** The deadline a request came with; null when it came with none that makes sense. */
export function deadlineIn(header: string | string[] | undefined, now: number): number | null {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? now + Number(header) : null;
}

/** What a statement may take now, as PostgreSQL's statement_timeout in milliseconds; empty for as long as its role may. */
export function statementTimeout(now: number = Date.now()): string {
  const deadline = current.getStore();
  return deadline === undefined ? '' : String(Math.max(1, deadline - now));
}
