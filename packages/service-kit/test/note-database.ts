import pg from 'pg';
import { migrationsOf } from '../src/migrate.ts';

const noteTable = `
  CREATE TABLE note (id uuid PRIMARY KEY, user_id uuid NOT NULL, body text NOT NULL);
  CREATE INDEX ON note (user_id, id);
  ALTER TABLE note ENABLE ROW LEVEL SECURITY;
  ALTER TABLE note FORCE ROW LEVEL SECURITY;
  CREATE POLICY own ON note TO carethread_app USING (user_id = (SELECT access.user_id()));
  CREATE POLICY all_rows ON note TO carethread_worker USING (true);
  GRANT SELECT, INSERT, UPDATE ON note TO carethread_app, carethread_worker;
  CREATE TABLE counter (id uuid PRIMARY KEY, version int NOT NULL);
  GRANT SELECT, INSERT, UPDATE ON counter TO carethread_app;`;

/** The tables every service has, and two small ones to try things on. */
export const noteDatabase = {
  key: JSON.stringify([...migrationsOf('.'), noteTable]),
  migrate: async (ownerUrl: string) => {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    for (const { sql } of migrationsOf('.')) await client.query(sql);
    await client.query(noteTable);
    await client.end();
  },
};
