import type { Tx } from '@carethread/bus/transaction.ts';
import type { ScreeningInput } from '@carethread/contracts/screening.ts';
import { type CurrentRelease, NoRelease } from '../release/current-release.ts';
import { withProducts } from '../release/load-products.ts';
import { canonicalJson, normalise, sha256 } from '../screen/canonical.ts';
import { gap } from '../screen/gap.ts';
import { screen } from '../screen/screen.ts';
import type { ShownVerdict } from '../graphql/shown-verdict.ts';

/** Judges what is being written. Without a release the answer is "not checked", never an empty list of findings. */
export async function screenDraft(
  tx: Tx,
  current: CurrentRelease,
  input: ScreeningInput,
): Promise<ShownVerdict> {
  const lineIds = input.lines.map(({ lineId }) => lineId);
  try {
    const release = await current.read(tx);
    return { verdict: screen(input, await withProducts(tx, release, input)), lineIds, release };
  } catch (error) {
    if (!(error instanceof NoRelease)) throw error;
    return {
      verdict: {
        status: 'incomplete',
        releaseId: '',
        inputHash: sha256(canonicalJson(normalise(input))),
        findings: [],
        checked: [],
        notChecked: [gap('all', null, 'catalog_not_ready')],
      },
      lineIds,
      release: null,
    };
  }
}
