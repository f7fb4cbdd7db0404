import { fold } from '../text/fold.ts';

/** What a salt or ester is called before its substance: `chlorhydrate de tramadol`. Folded. */
const before =
  /^(?:(?:mono|di|tri|hemi|sesqui)?(?:chlorhydrate|bromhydrate|sulfate|bisulfate|phosphate|maleate|fumarate|hemifumarate|besilate|mesilate|tosilate|tartrate|bitartrate|hydrogenotartrate|citrate|acetate|succinate|hydrogenosuccinate|nitrate|propionate|butyrate|valerate|furoate|xinafoate|gluconate|lactate|oxalate|pamoate|embonate|bromure|chlorure|iodure|iodhydrate|benzoate|caproate|enantate|decanoate|undecanoate|palmitate|stearate|isetionate|malate|resinate|edisilate|esilate|ethanolate|pivalate|phosphonate|nicotinate|benzathine|salicylate|estolate|ethylsuccinate|lactobionate|acetonide|metasulfobenzoate)(?: (?:mono|di)?sodique)? )(?:de |d )/;
/** What follows it: water, metals, bases, esters. Folded. */
const after = new Set(
  `sodique disodique trisodique monosodique calcique hemicalcique potassique dipotassique magnesique lithique zincique
   monohydrate monohydratee dihydrate dihydratee trihydrate trihydratee tetrahydrate pentahydrate pentahydratee
   hemihydrate hemihydratee sesquihydrate sesquihydratee heptahydrate hexahydrate hydrate hydratee anhydre solvate
   arginine lysine erbumine tromethamine trometamol meglumine olamine diolamine cilexetil medoxomil axetil proxetil
   pivoxil mofetil etexilate base micronise micronisee cristallise cristallisee monochlorhydrate tert butylamine
   hemipentahydrate amorphe fumarate besilate mesilate maleate chlorhydrate ethanolate`
    .trim()
    .split(/\s+/),
);

/** With these the salt is the substance: sodium chloride is not sodium. Folded French to English. */
const metals: Record<string, string> = {
  sodium: 'sodium',
  potassium: 'potassium',
  calcium: 'calcium',
  magnesium: 'magnesium',
  zinc: 'zinc',
  lithium: 'lithium',
  aluminium: 'aluminum',
  ammonium: 'ammonium',
};
const anions: Record<string, string> = {
  chlorure: 'chloride',
  carbonate: 'carbonate',
  bicarbonate: 'bicarbonate',
  hydrogenocarbonate: 'bicarbonate',
  sulfate: 'sulfate',
  gluconate: 'gluconate',
  citrate: 'citrate',
  lactate: 'lactate',
  acetate: 'acetate',
  phosphate: 'phosphate',
  hydroxyde: 'hydroxide',
  oxyde: 'oxide',
  fluorure: 'fluoride',
  iodure: 'iodide',
  bromure: 'bromide',
};

export interface FrenchSubstance {
  /** Without salt and water, folded. */
  readonly base: string;
  /** What it may be called in English or by its INN, folded, the surest first. */
  readonly names: readonly string[];
}

/**
 * What a substance of the French list may be among ours. Salts are taken off on both sides; INNs differ between French and
 * English by regular endings only (amoxicilline, ibuprofène, acide clavulanique), so nothing else is guessed.
 */
export function frenchSubstance(printed: string): FrenchSubstance {
  const whole = fold(turned(printed));
  const salt = /^(\w+) (?:de |d )?(\w+)(?: .*)?$/.exec(whole);
  const metal = salt && metals[salt[2]!];
  if (salt && metal && anions[salt[1]!])
    return { base: whole, names: [whole, `${metal} ${anions[salt[1]!]!}`] };
  if (salt && metal && whole.includes(' de ')) return { base: salt[1]!, names: [whole, salt[1]!] };
  const base = withoutWater(whole.replace(before, ''));
  return { base, names: [...new Set([whole, base, ...english(base)])] };
}

/** `AMLODIPINE (BÉSILATE D')` is written the other way round: bésilate d'amlodipine; so are acids. */
function turned(printed: string): string {
  const parts = /^([^(]+?) ?\(([^()]+?(?: DE| D['’]|ACIDE)|ACIDE)\) ?(.*)$/iu.exec(printed.trim());
  return parts
    ? `${parts[2]!.replace(/['’]$/, ' ')} ${parts[1]!} ${parts[3]!}`
    : printed.replace(/\b([dl])['’]/giu, '$1 ');
}

function withoutWater(name: string): string {
  const words = name.split(' ');
  while (words.length > 1 && after.has(words.at(-1)!)) words.pop();
  return words.join(' ');
}

function english(base: string): string[] {
  const acid = /^acide (\w+)ique$/.exec(base);
  if (acid) return [`${acid[1]!}ic acid`];
  const endings = base.split(' ').map((word) => (/[^e]e$/.test(word) ? [word.slice(0, -1), word] : [word]));
  const [first = [''], ...others] = endings;
  if (others.length > 1) return [];
  return others.length === 0 ? first : first.flatMap((a) => others[0]!.map((b) => `${a} ${b}`));
}
