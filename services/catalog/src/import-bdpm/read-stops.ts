import { isoDate } from '../importing/iso-date.ts';
import { readTable } from '../importing/read-table.ts';
import { fold } from '../text/fold.ts';
import { columns } from './bdpm-files.ts';

/** Whether a package is no longer sold, by the state of its marketing: every state but the declaration that it is sold. */
export const isStopped = (marketing: string): boolean =>
  fold(marketing) !== 'declaration de commercialisation';

/** The day the last package of a product went off the market, by CIS code; none for a product that is still sold. */
export async function readStops(file: string): Promise<ReadonlyMap<string, string>> {
  const stops = new Map<string, string>();
  const sold = new Set<string>();
  for await (const row of readTable(file, columns.packages, { headless: true })) {
    if ('problem' in row) continue;
    const { cis = '', marketing = '', declared = '' } = row.fields;
    const day = isoDate(declared);
    if (!isStopped(marketing)) sold.add(cis);
    else if (day && day > (stops.get(cis) ?? '')) stops.set(cis, day);
  }
  for (const cis of sold) stops.delete(cis);
  return stops;
}
