/** `node set-up-store-cli.ts` with OWNER_DATABASE_URL: makes the table in which several gateways count together. */
import { setUpStore } from './set-up-store.ts';

const url = process.env['OWNER_DATABASE_URL'];
if (!url) {
  console.error(
    'OWNER_DATABASE_URL is not set: give the postgresql:// address of the role that owns the database.',
  );
  process.exit(2);
}
await setUpStore(url);
