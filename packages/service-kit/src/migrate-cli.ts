/** `node migrate-cli.ts <service folder>` with OWNER_DATABASE_URL: brings one service's database up to date. */
import path from 'node:path';
import { migrate } from './migrate.ts';

const [folder = '.'] = process.argv.slice(2);
const url = process.env['OWNER_DATABASE_URL'];
if (!url) {
  console.error(
    'OWNER_DATABASE_URL is not set: give the postgresql:// address of the role that owns the database.',
  );
  process.exit(2);
}
try {
  const applied = await migrate(url, path.resolve(folder));
  console.log(applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`);
  // The engine leaves a timer behind, which would keep the process for ten seconds more.
  process.exit(0);
} catch (error) {
  console.error(`Migration failed: ${(error as Error).message}`);
  process.exit(1);
}
