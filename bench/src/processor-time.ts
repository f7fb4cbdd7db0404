import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks per second in /proc, on every Linux. */
const ticks = 100;

/**
 * Processor milliseconds that a process and its children have used so far, those that ended included; for PostgreSQL
 * that is the server with all its connections. Linux only: elsewhere NaN.
 */
export async function processorMs(pid: number): Promise<number> {
  const own = await statOf(pid);
  if (!own) return Number.NaN;
  let sum = own.self + own.ended;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await statOf(Number(name));
    if (stat?.parent === pid) sum += stat.self;
  }
  return sum;
}

async function statOf(pid: number): Promise<{ parent: number; self: number; ended: number } | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name, in parentheses, may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ms = (...at: number[]) => at.reduce((sum, field) => sum + (Number(fields[field]) * 1000) / ticks, 0);
  return { parent: Number(fields[1]), self: ms(11, 12), ended: ms(13, 14) };
}
