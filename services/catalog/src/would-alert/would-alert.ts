import { inTransaction, type Tx } from '@carethread/bus/transaction.ts';
import type { ScreeningInput, Verdict } from '@carethread/contracts/screening.ts';
import { newsOf, type Worst, worstOf, worsts } from '@carethread/contracts/verdict-news.ts';
import type pg from 'pg';
import { withProducts } from '../release/load-products.ts';
import { type LoadedRelease, loadRules } from '../release/load-rules.ts';
import { screen } from '../screen/screen.ts';

export interface WouldAlert {
  readonly release: number;
  /** Prescriptions that were judged again. */
  readonly judged: number;
  /** Of those, the ones with something new, by the worst of it. */
  readonly alerting: Readonly<Record<Worst, number>>;
}
interface Row {
  prescriptionId: string;
  input: ScreeningInput;
  verdict: Verdict;
}

const batch = 200;
const byNumber = 'SELECT id FROM reference.release WHERE number = $1';
const next = `SELECT DISTINCT ON (prescription_id) prescription_id AS "prescriptionId", input, verdict
  FROM operational.screening WHERE prescription_id > $1 AND screened_at >= $2
 ORDER BY prescription_id, screening_number DESC LIMIT ${batch}`;

/**
 * Judges the newest question about each prescription that was screened since that day by another release, in force or not,
 * and counts where it says something new. Which prescriptions have ended the catalog does not know: those count as well.
 * Null: there is no release of that number.
 */
export async function wouldAlert(pool: pg.Pool, number: number, since: Date): Promise<WouldAlert | null> {
  const release = await inTransaction(pool, async (tx) => {
    const [row] = await tx.query<{ id: string }>(byNumber, [number]);
    return row ? loadRules(tx, row.id) : null;
  });
  if (!release) return null;
  const alerting = Object.fromEntries(worsts.map((worst) => [worst, 0])) as Record<Worst, number>;
  let judged = 0;
  for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after;) {
    const from: string = after;
    const rows: Row[] = await inTransaction(pool, (tx) => tx.query<Row>(next, [from, since]));
    for (const worst of await inTransaction(pool, (tx) => newIn(tx, rows, release))) alerting[worst] += 1;
    judged += rows.length;
    after = rows.length === batch ? rows.at(-1)?.prescriptionId : undefined;
  }
  return { release: number, judged, alerting };
}

/** The worst of what is new, of each where anything is. */
async function newIn(tx: Tx, rows: readonly Row[], rules: LoadedRelease): Promise<Worst[]> {
  const release = await withProducts(tx, rules, ...rows.map(({ input }) => input));
  return rows.flatMap(({ input, verdict }) => {
    const news = newsOf(verdict, screen(input, release));
    return news ? worstOf(news) : [];
  });
}
