import { writeSync } from 'node:fs';

/** Exit code of a process that ended at a fail-point, so that a test can tell it from a real crash. */
export const failpointExitCode = 86;

const settings = process.env.NODE_ENV === 'production' ? '' : (process.env.CARETHREAD_FAILPOINTS ?? '');
const active = new Map(
  settings
    .split(',')
    .filter(Boolean)
    .map((setting): [string, string] => {
      const [name = '', when = ''] = setting.split('=');
      if (!/^(#[1-9]\d*|0?\.\d+|1)$/.test(when))
        throw new Error(`CARETHREAD_FAILPOINTS: cannot read "${setting}".`);
      return [name, when];
    }),
);
const passes = new Map<string, number>();

/**
 * A place where a test lets the process die. Does nothing unless CARETHREAD_FAILPOINTS names it, and never in
 * production. `name=0.01` dies there once in a hundred passes, `name=#3` at the third; several are joined by commas.
 */
export function failpoint(name: string): void {
  if (active.size === 0) return;
  const when = active.get(name);
  if (when === undefined) return;
  const pass = (passes.get(name) ?? 0) + 1;
  passes.set(name, pass);
  if (when.startsWith('#') ? pass !== Number(when.slice(1)) : Math.random() >= Number(when)) return;
  writeSync(2, `FAILPOINT ${name}\n`);
  process.exit(failpointExitCode);
}
