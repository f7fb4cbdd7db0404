import { withoutSalt } from '../importing/substances.ts';
import { withinSlips } from './slips.ts';

/**
 * Names of the list were partly matched by a language model and translated by machine. Only what agencies spell (all upper
 * or all lower case), that is a name and nothing else, and that reads like the label it stands by, is believed.
 */
export function whyNotASynonym(printed: string, label: string): string | null {
  if (!/^[A-Z][A-Z' -]+$|^[a-z][a-z' -]+$/.test(printed)) return 'is not spelled as an agency spells names';
  const name = withoutSalt(printed);
  if (name.length < 4) return 'is too short';
  const partOf = partly(name, withoutSalt(label));
  if (partOf) return partOf;
  return alike(name, withoutSalt(label)) ? null : 'is spelled unlike its label';
}

/** `mifepristone misoprostol` is two substances, `potassium` is many: neither is a name of what they share a word with. */
export function partly(name: string, other: string): string | null {
  if (name.startsWith(`${other} `)) return 'is its name and something more';
  return other.startsWith(`${name} `) ? 'is only a part of its name' : null;
}

/** A label that is the name of a substance, not a brand, a research code or a formula. */
export function whyNotAnIngredient(label: string, sourceNames: readonly string[]): string | null {
  if (!/^[\p{Letter}][\p{Letter}' -]{2,59}$/u.test(label)) return 'its label is no plain name';
  if (!sourceNames.some((name) => alike(withoutSalt(name), withoutSalt(label))))
    return 'its label is none of the names that its sources use';
  return null;
}

/** The same beginning, or one or two slips apart. */
function alike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length >= 4 && long.startsWith(short)) return true;
  const slips = short.length >= 8 ? 2 : 1;
  return a.slice(0, 2) === b.slice(0, 2) && withinSlips(a, b, slips);
}
