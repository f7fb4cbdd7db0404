import { fold } from '../text/fold.ts';

/** French pharmaceutical forms, folded, as forms of ours; the first that fits counts. */
const forms: readonly (readonly [RegExp, string])[] = [
  [
    /^(poudre|lyophilisat|solution|suspension|emulsion)\b.*\binjectable a liberation prolongee/,
    'depot-injection',
  ],
  [/\b(injectable|perfusion)\b/, 'injection'],
  [/ et /, ''],
  [/^comprime\b.*\borodispersible/, 'orodispersible-tablet'],
  [/^lyophilisat oral/, 'orodispersible-tablet'],
  [/^comprime\b.*\beffervescent/, 'effervescent-tablet'],
  [/^comprime\b.*\bcroquer/, 'chewable-tablet'],
  [/^comprime\b.*\bgastro resistant/, 'delayed-release-tablet'],
  [/^comprime\b.*\bliberation (prolongee|modifiee)/, 'extended-release-tablet'],
  [/^comprime\b.*\ba sucer/, 'lozenge'],
  [/^comprime\b.*\b(dispersible|pour suspension buvable)/, 'tablet-for-suspension'],
  [/^comprime( (pellicule|enrobe|drageifie|secable|quadrisecable))*$/, 'tablet'],
  [/^gelule\b.*\bgastro resistant/, 'delayed-release-capsule'],
  [/^(gelule|microgranule\w*)\b.*\bliberation (prolongee|modifiee)/, 'extended-release-capsule'],
  [/^poudre pour inhalation en gelule/, 'inhalation-capsule'],
  [/^(gelule|capsule)( molle)?$/, 'capsule'],
  [/^(granule\w*|poudre) pour solution buvable/, 'powder-for-oral-solution'],
  [/^(granule\w*|poudre) pour suspension buvable/, 'powder-for-oral-suspension'],
  [/^(sirop|solution buvable)/, 'oral-solution'],
  [/^suspension buvable/, 'oral-suspension'],
  [/^collyre/, 'eye-drops'],
  [/^solution pour instillation auriculaire/, 'ear-drops'],
  [/^(solution|suspension) pour inhalation par nebuliseur/, 'nebuliser-solution'],
  [/^(poudre|solution|suspension) pour inhalation/, 'inhaler'],
  [/^(solution|suspension) pour pulverisation nasale/, 'nasal-spray'],
  [/^creme\b/, 'cream'],
  [/^pommade\b/, 'ointment'],
  [/^gel\b/, 'gel'],
  [/^lotion\b/, 'lotion'],
  [/^mousse\b/, 'foam'],
  [/^shampooing\b/, 'shampoo'],
  [/^suppositoire\b/, 'suppository'],
  [/^(ovule|capsule vaginale)\b/, 'pessary'],
  [/^dispositif transdermique/, 'patch'],
  [/^(pastille|pate a sucer)\b/, 'lozenge'],
  [/^gomme a macher/, 'chewing-gum'],
  [/^granules\b/, 'granules'],
  [/^film orodispersible/, 'film'],
  [/^gaz\b/, 'gas'],
  [/^implant\b/, 'implant'],
  [/^(solution|suspension)\b.*\bpulverisation/, 'spray'],
  [/^solution\b/, 'solution'],
  [/^suspension\b/, 'suspension'],
];

const routes: Record<string, string> = {
  orale: 'oral',
  intraveineuse: 'intravenous',
  cutanee: 'cutaneous',
  sublinguale: 'sublingual',
  'sous cutanee': 'subcutaneous',
  intramusculaire: 'intramuscular',
  ophtalmique: 'ophthalmic',
  inhalee: 'inhalation',
  'voie buccale autre': 'oromucosal',
  transdermique: 'transdermal',
  peridurale: 'epidural',
  rectale: 'rectal',
  nasale: 'nasal',
  vaginale: 'vaginal',
  intrathecale: 'intrathecal',
  infiltration: 'infiltration',
  intraarterielle: 'intra-arterial',
  dentaire: 'dental',
  intraarticulaire: 'intra-articular',
  gingivale: 'dental',
  intradermique: 'intradermal',
  intralesionnelle: 'intralesional',
  auriculaire: 'otic',
  'intra uterine': 'intrauterine',
};

/** The code of our form for a French one by these routes of ours; null when we have none. */
export function formCodeOf(french: string, given: readonly (string | null)[]): string | null {
  const name = fold(french);
  if (name === 'dispositif' && given.includes('transdermal')) return 'patch';
  if (/^(solution|suspension) pour pulverisation$/.test(name) && given.includes('nasal'))
    return 'nasal-spray';
  return forms.find(([pattern]) => pattern.test(name))?.[1] || null;
}

/** The code of our route for a French one; null when we have none. */
export const routeCodeOf = (french: string): string | null => routes[fold(french)] ?? null;
