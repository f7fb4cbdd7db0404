import type { Tx } from '@carethread/bus/transaction.ts';
import { dateIn } from './calendar.ts';
import { nothingKnown } from './patient-facts.ts';
import type { Decided, Prescription } from './prescription.ts';
import type { Rules } from './rules.ts';
import { screeningInput, type ScreeningCause } from './screening.ts';
import { rescreen } from './signing.ts';
import type { Cause } from '@carethread/service-kit/cause.ts';
import { readFacts } from './store/patient-facts-store.ts';
import { save } from './store/save.ts';

/** What event handlers and timers need besides the transaction. */
export interface Reacting {
  readonly rules: Rules;
  readonly now: () => Date;
}

/** Saves what was decided, if anything was. */
export function saveIf(
  tx: Tx,
  before: Prescription,
  decided: Decided | null,
  by: Reacting & { cause: Cause },
): void {
  if (decided) save(tx, before, decided, by);
}

/** Has a prescription that was loaded under the lock checked again, on the facts as they are now. */
export async function checkAgain(
  tx: Tx,
  prescription: Prescription,
  why: ScreeningCause,
  by: Reacting & { cause: Cause },
): Promise<void> {
  const now = by.now();
  const facts = (await readFacts(tx, [prescription.id], now)).get(prescription.id) ?? nothingKnown;
  const input = screeningInput(prescription.lines, facts, dateIn('UTC', now));
  saveIf(tx, prescription, rescreen(prescription, why, { input, factsVersion: facts.version }, now), by);
}
