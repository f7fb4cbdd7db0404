/**
 * `npm run import:ndc -- --product product.txt[.gz] --package package.txt[.gz]`: the US National Drug Code directory.
 * Unfinished products may be given as well.
 */
import { runImportCommand } from '../importing/import-command.ts';
import { importNdc } from './import-ndc.ts';

await runImportCommand({
  origin: 'ndc',
  files: {
    product: 'required',
    package: 'required',
    'unfinished-product': 'optional',
    'unfinished-package': 'optional',
  },
  run: (tx, files, listener, wish) =>
    importNdc(
      tx,
      {
        productFile: files.product!,
        packageFile: files.package!,
        unfinishedProductFile: files['unfinished-product'],
        unfinishedPackageFile: files['unfinished-package'],
      },
      listener,
      wish,
    ),
});
