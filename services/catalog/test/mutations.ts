/**
 * Checks the tests of the engine: breaks it in one known way at a time, in a copy, and expects a suite to notice.
 * `node services/catalog/test/mutations.ts [name]`; some minutes. The hash in engine-number.test.ts would notice every one
 * of them without saying what is wrong, so it stays out.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Mutation {
  name: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

const mutations: Mutation[] = [
  {
    name: 'interactions in one order only',
    file: 'find-interactions.ts',
    find: ' || (is(rule.a, b) && is(rule.b, a))',
    replace: '',
  },
  {
    name: 'what is taken already does not count',
    file: 'uses.ts',
    find: 'of patient.currentIngredients) {',
    replace: 'of patient.currentIngredients.slice(99)) {',
  },
  {
    name: 'incomplete gives way to findings',
    file: 'screen.ts',
    find: "if (gaps.length > 0) return 'incomplete';",
    replace: "if (gaps.length > 0 && findings.length === 0) return 'incomplete';",
  },
  {
    name: 'an uncoded drug is passed over',
    file: 'uses.ts',
    find: "else if (codes.length === 0) gaps.push(gap('all', line.lineId, 'uncoded_drug'));",
    replace: '',
  },
  {
    name: 'a free-text allergy is passed over',
    file: 'find-allergies.ts',
    find: 'patient.uncodedAllergies > 0',
    replace: 'patient.uncodedAllergies > 9',
  },
  {
    name: 'no cross-reaction from a member to its class',
    file: 'find-allergies.ts',
    find: "(allergy.startsWith('ingredient:') &&",
    replace: '(false &&',
  },
  {
    name: 'unknown pregnancy counts as none',
    file: 'patient.ts',
    find: "is: mayBePregnant(patient) && 'unknown_pregnancy'",
    replace: 'is: false',
  },
  {
    name: 'unknown liver counts as healthy',
    file: 'patient.ts',
    find: "is: 'unknown_liver_function'",
    replace: 'is: false',
  },
  {
    name: 'unknown kidneys count as healthy',
    file: 'patient.ts',
    find: "? 'missing_creatinine_clearance'",
    replace: '? false',
  },
  {
    name: 'a dose may be as high as the limit and one more',
    file: 'find-doses.ts',
    find: 'limit.most && isMore(total.known, limit.most)',
    replace: 'limit.most && isMore(total.known, { n: limit.most.n + limit.most.d, d: limit.most.d })',
  },
  {
    name: 'lines are not added up',
    file: 'total.ts',
    find: 'known = plus(known, given.inADay);',
    replace: 'known = given.inADay;',
  },
  {
    name: 'a cap per kilogram is forgotten',
    file: 'dose-limit.ts',
    find: 'cap ? lesser(bySize, cap) : bySize',
    replace: 'bySize',
  },
  {
    name: 'a rule that may not be the patient’s is taken for sure',
    file: 'dose-limit.ts',
    find: 'unsure: fits === true ? null : fits',
    replace: 'unsure: null',
  },
  {
    name: 'the lowest dose is allowed to be lower',
    file: 'dose-range.ts',
    find: 'limit.least !== null && isMore(limit.least, value)',
    replace: 'false',
  },
  {
    name: 'a patch gives its rate once',
    file: 'daily-amount.ts',
    find: 'isTimed ? lesser(day, times(rated, timesADay)) : day',
    replace: 'isTimed ? lesser(day, times(rated, timesADay)) : hour',
  },
  {
    name: 'a way of giving it that nobody knows is none',
    file: 'uses.ts',
    find: '.filter((route) => release.routes.has(route))',
    replace: '',
  },
  {
    name: 'an unreviewed ingredient counts as checked',
    file: 'uses.ts',
    find: 'known.reviewed ? []',
    replace: 'known ? []',
  },
  {
    name: 'the order of lines shows',
    file: 'canonical.ts',
    find: '.sort((a, b) => byText(a.lineId, b.lineId) || byText(canonicalJson(a), canonicalJson(b)))',
    replace: '',
  },
  {
    name: 'a second order in an unknown way is no duplicate',
    file: 'find-duplicates.ts',
    find: 'return isOpen(a) || isOpen(b);',
    replace: 'return isOpen(a) && isOpen(b) && a === b;',
  },
];

/** Tried in turn until one notices, the quick ones first. */
const suites = ['doses', 'dose-range', 'screen.test', 'screen.properties'];

const here = fileURLToPath(new URL('..', import.meta.url));
const copies = join(here, '.mutants');

function noticedBy(folder: string): string | undefined {
  const jest = fileURLToPath(import.meta.resolve('jest/bin/jest'));
  return suites.find((suite) => {
    const args = [
      '--experimental-vm-modules',
      '--no-warnings',
      jest,
      '--rootDir',
      folder,
      `src/screen/${suite}`,
    ];
    return spawnSync(process.execPath, args, { cwd: folder, stdio: 'ignore' }).status !== 0;
  });
}

/** A copy of what the engine's tests need in which the mutation stands. */
function prepare({ name, file, find, replace }: Mutation): string {
  const folder = join(copies, name.replaceAll(/\W+/g, '-'));
  for (const part of ['src', 'test', 'formulary'])
    cpSync(join(here, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'jest.config.mjs'), `export { default } from '../../../../jest.base.mjs';\n`);
  if (find === '') return folder;
  const path = join(folder, 'src/screen', file);
  const parts = readFileSync(path, 'utf8').split(find);
  if (parts.length !== 2) throw new Error(`"${name}" does not fit ${file} any more.`);
  writeFileSync(path, parts.join(replace));
  return folder;
}

const [only] = process.argv.slice(2);
let survivors = 0;
try {
  const unchanged = noticedBy(prepare({ name: 'unchanged', file: '', find: '', replace: '' }));
  if (unchanged) throw new Error(`${unchanged} fails without any mutation.`);
  for (const mutation of mutations.filter(({ name }) => !only || name === only)) {
    const suite = noticedBy(prepare(mutation));
    if (!suite) survivors++;
    console.log(`${mutation.name}\n  ${suite ? `noticed by ${suite}` : 'NOT NOTICED'}`);
  }
} finally {
  rmSync(copies, { recursive: true, force: true });
}
process.exitCode = survivors > 0 ? 1 : 0;
