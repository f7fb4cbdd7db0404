import type { Listener } from '../importing/listener.ts';
import { readTable } from '../importing/read-table.ts';
import type { Strength } from '../amount/strength.ts';
import { columns, fileNames } from './bdpm-files.ts';
import { frenchStrength } from './french-amount.ts';

/** One substance of a product. */
export interface Component {
  readonly substance: string;
  readonly strength: Strength | null;
}

interface Row extends Component {
  readonly element: string;
  readonly moiety: boolean;
  readonly link: string;
}

/**
 * What is in each product, by CIS code. Where the list has both the salt (SA) and the part of it that acts (FT), linked by
 * number, the latter counts: rules and strengths are about it.
 */
export async function readComposition(
  file: string,
  listener: Listener,
): Promise<ReadonlyMap<string, readonly Component[]>> {
  const rows = new Map<string, Row[]>();
  for await (const row of readTable(file, columns.composition, { ...listener, headless: true })) {
    const skip = (text: string) =>
      listener.onLine({ kind: 'skipped', file: fileNames.composition, line: row.line, text });
    if ('problem' in row) {
      skip(row.problem);
      continue;
    }
    const {
      cis = '',
      element = '',
      substance = '',
      dosage = '',
      reference = '',
      nature = '',
      link = '',
    } = row.fields;
    if (!/^\d{8}$/.test(cis)) skip(`"${cis}" is no CIS code`);
    else if (substance === '') skip(`${cis}: no substance`);
    else if (nature !== 'SA' && nature !== 'FT') skip(`${cis}: "${nature}" is neither SA nor FT`);
    else {
      const read = {
        substance,
        strength: frenchStrength(dosage, reference),
        element,
        link,
        moiety: nature === 'FT',
      };
      const others = rows.get(cis);
      if (others) others.push(read);
      else rows.set(cis, [read]);
    }
  }
  return new Map([...rows].map(([cis, each]) => [cis, componentsOf(each)]));
}

function componentsOf(rows: readonly Row[]): Component[] {
  const acting = rows.filter(
    ({ moiety, link, element }) =>
      moiety || !rows.some((other) => other.moiety && other.link === link && other.element === element),
  );
  // A pack of several elements has no one strength: which tablet is taken is not known.
  const single = new Set(rows.map(({ element }) => element)).size === 1;
  const bySubstance = Map.groupBy(acting, ({ substance }) => substance);
  return [...bySubstance].map(([substance, each]) => ({
    substance,
    strength: single && each.length === 1 ? each[0]!.strength : null,
  }));
}
