import type { KnownIngredient } from '../importing/substances.ts';
import { newIngredient, substanceIndex, withoutSalt } from '../importing/substances.ts';
import { fold } from '../text/fold.ts';
import { partly, whyNotAnIngredient, whyNotASynonym } from './names.ts';
import type { MediRow } from './read-medi.ts';

/** An ingredient of the formulary with what is known of its codes. */
export interface CodedIngredient extends KnownIngredient {
  readonly codes: readonly string[];
}
/** What the list says about one ingredient. */
export interface MediIngredient {
  readonly code: string;
  readonly name: string;
  readonly isNew: boolean;
  readonly rows: readonly MediRow[];
  readonly synonyms: readonly string[];
  readonly codes: readonly { readonly system: string; readonly value: string }[];
}
/** Why something was not taken over: the line it stands in, and the reason. */
export interface LeftOut {
  readonly line: number;
  readonly text: string;
  readonly whole: boolean;
}

/**
 * Finds out which rows surely are which ingredient, which are new ones, and what may be said of them. A name or a code that
 * two ingredients claim is left out of both; what the formulary says is never contradicted.
 */
export function matchMedi(
  rows: readonly MediRow[],
  known: readonly CodedIngredient[],
): { ingredients: MediIngredient[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const leave = (row: MediRow, text: string, whole = false) =>
    leftOut.push({ line: row.line, text: `${row.label}: ${text}`, whole });
  const identified = identify(rows, known, leave);

  const nameOwners = new Map<string, Set<string>>();
  const codeOwners = new Map<string, Set<string>>();
  const claim = (owners: Map<string, Set<string>>, what: string, code: string) => {
    const claimed = owners.get(what);
    if (claimed) claimed.add(code);
    else owners.set(what, new Set([code]));
  };
  for (const { code, name, synonyms, codes } of known) {
    for (const each of [name, ...synonyms]) claim(nameOwners, fold(each), code);
    for (const each of codes) claim(codeOwners, each, code);
  }
  const candidates = identified.map(({ row, ...ingredient }) => {
    const synonyms = row.sourceNames.flatMap((printed) => {
      const name = withoutSalt(printed);
      if (name === fold(ingredient.name)) return [];
      const problem = whyNotASynonym(printed, row.label) ?? partly(name, fold(ingredient.name));
      if (problem) leave(row, `the name "${printed}" ${problem}`);
      return problem ? [] : [name];
    });
    const label = withoutSalt(row.label);
    const names = [...new Set(partly(label, fold(ingredient.name)) ? synonyms : [...synonyms, label])];
    for (const name of [fold(ingredient.name), ...names]) claim(nameOwners, name, ingredient.code);
    for (const { system, value } of row.codes) claim(codeOwners, `${system} ${value}`, ingredient.code);
    return { ...ingredient, row, names };
  });
  const only = (owners: Map<string, Set<string>>, what: string, row: MediRow): boolean => {
    if (owners.get(what)!.size === 1) return true;
    leave(row, `"${what}" is claimed by several ingredients: ${[...owners.get(what)!].join(', ')}`);
    return false;
  };
  const taken = candidates.map(({ row, names, ...ingredient }) => ({
    ...ingredient,
    row,
    synonyms: names.filter((name) => name !== fold(ingredient.name) && only(nameOwners, name, row)),
    codes: row.codes.filter(({ system, value }) => only(codeOwners, `${system} ${value}`, row)),
  }));
  return {
    leftOut,
    ingredients: [...Map.groupBy(taken, ({ code }) => code)].map(([code, each]) => ({
      code,
      name: each[0]!.name,
      isNew: each[0]!.isNew,
      rows: each.map(({ row }) => row),
      synonyms: [...new Set(each.flatMap(({ synonyms }) => synonyms))],
      codes: [
        ...new Map(
          each.flatMap(({ codes }) => codes).map((one) => [`${one.system} ${one.value}`, one]),
        ).values(),
      ],
    })),
  };
}

interface Identified {
  readonly row: MediRow;
  readonly code: string;
  readonly name: string;
  readonly isNew: boolean;
}

function identify(
  rows: readonly MediRow[],
  known: readonly CodedIngredient[],
  leave: (row: MediRow, text: string, whole: boolean) => void,
): Identified[] {
  const { bySubstance } = substanceIndex(known);
  const codes = new Set(known.map(({ code }) => code));
  return rows.flatMap((row): Identified[] => {
    const found = bySubstance(row.label);
    if (found) return [{ row, code: found.code, name: found.name, isNew: false }];
    // Named after one of ours by a source only: that is how machines confuse a substance with its relative.
    const relative = row.sourceNames.map((name) => bySubstance(name)).find((each) => each !== null);
    const problem = relative
      ? `one of its names is ${relative.name}, but not its label`
      : whyNotAnIngredient(row.label, row.sourceNames);
    const { code, name } = newIngredient(withoutSalt(row.label));
    if (problem || codes.has(code)) {
      leave(row, problem ?? `its code ${code} is another ingredient's`, true);
      return [];
    }
    return [{ row, code, name, isNew: true }];
  });
}
