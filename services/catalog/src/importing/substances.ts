import { fold, slug } from '../text/fold.ts';

export interface KnownIngredient {
  readonly code: string;
  readonly name: string;
  /** INN and names in other languages. */
  readonly synonyms: readonly string[];
}

/** What a salt, ester or water adds to the name of a substance. Rules speak of the substance without it. */
const additions = new Set(
  `hydrochloride hydrobromide sodium potassium calcium magnesium zinc sulfate phosphate maleate tartrate bitartrate
   succinate fumarate hemifumarate besylate mesylate dimesylate camsylate edisylate tosylate isethionate citrate acetate
   diacetate lactate malate gluconate benzoate oxalate pamoate embonate nitrate bromide chloride carbonate saccharate
   aspartate arginine lysine tromethamine erbumine olamine meglumine dimeglumine disodium dipotassium monosodium
   hyclate bisulfate hydrogen axetil proxetil pivoxil medoxomil cilexetil etexilate mofetil propionate dipropionate
   furoate xinafoate valerate butyrate probutate acetonide decanoate enanthate cypionate palmitate stearate
   ethylsuccinate lactobionate estolate tannate polistirex benzathine procaine anhydrous hydrate monohydrate dihydrate
   trihydrate hemihydrate sesquihydrate hemi dihydrochloride mononitrate ethanolate epolamine propanediol kamedoxomil
   hippurate mandelate strontium trifenatate hexacetonide acetyl enacarbil undecanoate hydroxide pentahydrate hexahydrate heptahydrate solvate propylene glycol recombinant
   unspecified form`
    .trim()
    .split(/\s+/),
);

/** Finds substances among known ingredients: `byName` by exactly that name, `bySubstance` also without its salt. */
export function substanceIndex(known: readonly KnownIngredient[]) {
  const byName = new Map<string, KnownIngredient>();
  for (const each of known) for (const name of each.synonyms) byName.set(fold(name), each);
  // A name of its own is worth more than a synonym of another one.
  for (const each of known) byName.set(fold(each.name), each);
  return {
    byName: (name: string): KnownIngredient | null => byName.get(fold(name)) ?? null,
    bySubstance(substance: string): KnownIngredient | null {
      const words = fold(substance).split(' ');
      for (;;) {
        const found = byName.get(words.join(' '));
        if (found) return found;
        if (words.length === 1 || !additions.has(words.at(-1)!)) return null;
        words.pop();
      }
    },
  };
}

/** The folded name of a substance without what its salt adds: `WARFARIN SODIUM` is `warfarin`. */
export function withoutSalt(substance: string): string {
  const words = fold(substance).split(' ');
  while (words.length > 1 && additions.has(words.at(-1)!)) words.pop();
  return words.join(' ');
}

/** A substance nobody wrote rules for becomes an ingredient of its own, under its full name. */
export const newIngredient = (substance: string): KnownIngredient => ({
  code: slug(substance),
  name: substance.charAt(0).toUpperCase() + substance.slice(1).toLowerCase(),
  synonyms: [],
});
