import { noteDatabase } from './note-database.ts';
import pg from 'pg';

const watch = `CALL audit.watch('note', 'Note', 'id', 'user_id')`;

/** The notes, with every write of one on record. */
export const watchedNotes = {
  key: noteDatabase.key + watch,
  migrate: async (ownerUrl: string) => {
    await noteDatabase.migrate(ownerUrl);
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(watch);
    await client.end();
  },
};
