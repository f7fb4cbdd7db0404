// `npm run reset`: empties the data folder. What can be removed is known by the code that wrote it, which needs Node 24
// from node_modules; without it nothing was ever started here.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dataDir = resolve(process.env.DATA_DIR || join(root, '.carethread'));

if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error('The packages are not installed: run npm ci, then npm run reset again.');
  process.exit(1);
}
try {
  const { resetData } = await import('../packages/local-stack/src/reset.ts');
  const removed = await resetData(dataDir);
  console.log(
    removed.length > 0 ? `Emptied ${dataDir}: ${removed.join(', ')}` : `${dataDir} is already empty.`,
  );
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
