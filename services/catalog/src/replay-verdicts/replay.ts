import type { ScreeningInput, Verdict } from '@carethread/contracts/screening.ts';
import { canonicalJson } from '../screen/canonical.ts';
import type { ClinicalRelease } from '../screen/release.ts';
import { engineNumber, screen } from '../screen/screen.ts';

/** What came of making a verdict again. Only `differs` is wrong: something was changed that must not change. */
export type Replay = 'reproduced' | 'differs' | 'other_engine' | 'release_gone';

/** A verdict as it was kept, with what it was made from. */
export interface Kept {
  readonly input: ScreeningInput;
  readonly verdict: Verdict;
}

/** Makes a verdict again from its input and release, and compares every byte of it. Null: the release is not there. */
export function replay({ input, verdict }: Kept, release: ClinicalRelease | null): Replay {
  if (!release) return 'release_gone';
  if (verdict.engine !== engineNumber) return 'other_engine';
  return canonicalJson(screen(input, release)) === canonicalJson(verdict) ? 'reproduced' : 'differs';
}
