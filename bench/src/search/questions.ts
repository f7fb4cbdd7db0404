import { readMisspellings } from '@carethread/catalog/benchmark/misspellings.ts';

/** What people type on the way to a medicine: beginnings, names, brands, amounts, codes, broad words, mistakes. */
const typed = `
a|am|amo|amox|amoxi|amoxicillin|amoxicillin 5|amoxicillin 500 mg|amoxicillin 500 mg cap
l|li|lis|lisin|lisinopril|lisinopril 10|lisinopril 10 mg tablet
m|me|met|metf|metformin|metformin 1000 mg|metoprolol|metoprolol 50 mg
ato|atorv|atorvastatin 40 mg|Lipitor|Coumadin 5mg|Zestril|Glucophage|Advil 200|Augmentin
paracétamol|amoxicilina|ibuprofeno|acide acetylsalicylique|Hydrochlorothiazid
warfarin 5 mg|levothyroxine 50 mcg|insulin glargine|hydrocortisone 1 % cream|albuterol 90 mcg
tablet|sodium|acid|oral|10 mg|hydrochloride|potassium chloride 20|injection 10 mg/ml
C09AA03|N02BE01|99999000017|99999012345`
  .trim()
  .split(/[|\n]/)
  // And those who have not typed anything yet.
  .concat('');

/** The mix of one run, always the same: nine parts of the above, one part of misspellings. */
export function questions(): string[] {
  const misspelt = readMisspellings()
    .filter(({ kind }) => kind !== 'look-alike')
    .map(({ typed: text }) => text);
  const mix = Array.from({ length: 2_000 }, (_, index) =>
    index % 10 === 9
      ? misspelt[(index * 31) % misspelt.length]!
      : typed[(index * 17 + Math.floor(index / 10)) % typed.length]!,
  );
  return mix;
}
