/**
 * `npm run import:bdpm -- --cis CIS_bdpm.txt --cip CIS_CIP_bdpm.txt --compo CIS_COMPO_bdpm.txt --gener CIS_GENER_bdpm.txt`,
 * each also as .gz: the French list of medicines with prices.
 */
import { runImportCommand } from '../importing/import-command.ts';
import { importBdpm } from './import-bdpm.ts';

await runImportCommand({
  origin: 'bdpm',
  files: { cis: 'required', cip: 'required', compo: 'required', gener: 'required' },
  run: (tx, { cis, cip, compo, gener }, listener, wish) =>
    importBdpm(tx, { products: cis!, packages: cip!, composition: compo!, generics: gener! }, listener, wish),
});
