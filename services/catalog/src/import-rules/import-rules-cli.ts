/** `npm run import:rules -- --rules my-rules.json`: clinical rules in the format of `clinical-rules.schema.json`. */
import { runImportCommand } from '../importing/import-command.ts';
import { importRules } from './import-rules.ts';

await runImportCommand({
  origin: 'rules',
  files: { rules: 'required' },
  run: (tx, { rules }, listener, wish) => importRules(tx, rules!, listener, wish),
});
