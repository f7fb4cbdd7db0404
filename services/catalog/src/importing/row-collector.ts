import type { Tx } from '@carethread/bus/transaction.ts';
import { insertRows, type ReleaseRow, type ReleaseTable } from '../release/rows.ts';

/** Rows of the first table per round of statements. */
const full = 1_000;

/** Gathers rows for several tables and writes them in rounds, table by table in the order that their references need. */
export function rowCollector(
  tx: Tx,
  tables: readonly [ReleaseTable, ...ReleaseTable[]],
  beforeWrite: () => Promise<void> = async () => {},
) {
  let rows = new Map<ReleaseTable, ReleaseRow[]>();
  const write = async () => {
    const round = rows;
    rows = new Map();
    await beforeWrite();
    for (const table of tables) await insertRows(tx, table, round.get(table) ?? []);
  };
  return {
    add<Row extends ReleaseRow>(table: ReleaseTable, ...more: readonly Row[]): void {
      const gathered = rows.get(table);
      if (gathered) gathered.push(...more);
      else rows.set(table, [...more]);
    },
    async writeWhenFull() {
      if ((rows.get(tables[0])?.length ?? 0) >= full) await write();
    },
    write,
  };
}
