import { readFileSync } from 'node:fs';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { createTestDatabase, type TestDatabase } from '@carethread/local-stack/test-stack.ts';
import pg from 'pg';

const scripts = ['../migrations/00000000000100_bus/migration.sql', './two-services/tables.sql'].map((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8'),
);

/** A database with the tables of the bus and of the two test services. */
export const createBusDatabase = (service: ServiceName): Promise<TestDatabase> =>
  createTestDatabase(service, {
    key: scripts.join('\n'),
    async migrate(ownerUrl) {
      const owner = new pg.Client({ connectionString: ownerUrl });
      await owner.connect();
      for (const script of scripts) await owner.query(script);
      await owner.end();
    },
  });
