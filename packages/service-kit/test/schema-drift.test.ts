import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { schemaDrift } from '../testing/schema-drift.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'carethread-drift-'));
  await mkdir(join(folder, 'prisma/migrations/20260101000000_note'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const drift = async (columns: string, fields: string, more = { sql: '', prisma: '' }) => {
  await writeFile(
    join(folder, 'prisma/migrations/20260101000000_note/migration.sql'),
    `CREATE TABLE note (id uuid PRIMARY KEY, ${columns}); CREATE INDEX ON note (id) WHERE body <> ''; ${more.sql}`,
  );
  await writeFile(
    join(folder, 'prisma/schema.prisma'),
    `datasource db {
       provider = "postgresql"
     }
     model Note {
       id String @id @db.Uuid
       ${fields}
       @@map("note")
     }
     ${more.prisma}`,
  );
  return schemaDrift('tickets', folder);
};

describe('schema.prisma beside the migrations', () => {
  it('agrees when both name the same tables and columns, whatever indexes and defaults there are', async () => {
    expect(await drift("body text NOT NULL DEFAULT ''", 'body String')).toEqual([]);
  });

  it('does not when one of them has a column, or a table, that the other has not', async () => {
    expect(await drift('body text NOT NULL, extra int', 'body String')).toEqual([
      'note.extra: only in the migrations',
    ]);
    expect(await drift('body text NOT NULL', 'body String\n extra Int?')).toEqual([
      'note.extra: only in schema.prisma',
    ]);
    const tables = {
      sql: 'CREATE TABLE other (id uuid PRIMARY KEY);',
      prisma: 'model Third {\n id String @id @db.Uuid\n }',
    };
    expect(await drift('body text NOT NULL', 'body String', tables)).toEqual([
      'Third: only in schema.prisma',
      'other: only in the migrations',
    ]);
  });

  it('does not when a column is of another type, or may be empty on one side only', async () => {
    expect(await drift('body text NOT NULL, n int', 'body String\n n BigInt?')).toEqual([
      'note.n: another type',
    ]);
    expect(await drift('body text', 'body String')).toEqual(['note.body: another type']);
  });
});
