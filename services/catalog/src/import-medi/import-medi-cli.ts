/** `npm run import:medi -- --list drug_list_stringent.csv[.gz]`: names, codes and approvals of ingredients. */
import { runImportCommand } from '../importing/import-command.ts';
import { importMedi } from './import-medi.ts';

await runImportCommand({
  origin: 'medi',
  files: { list: 'required' },
  run: (tx, { list }, listener, wish) => importMedi(tx, list!, listener, wish),
});
