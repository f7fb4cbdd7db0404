import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { closeToOthers, type DatabaseName, quote } from './provision.ts';

/** A key that changes with any file below these folders: give it every folder of migrations, in the order they run. */
export function migrationsKey(...folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sql'))
      .sort()) {
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(folder, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/**
 * The name of the migrated database to copy from, built now when nobody did before. Jest's workers come here at the same
 * time: one builds, the others wait for its advisory lock. It is built under another name and renamed when complete, so
 * one that failed half-way is never copied.
 */
export async function templateDatabase(
  admin: pg.Client,
  service: DatabaseName,
  key: string,
  migrate: (database: string) => Promise<void>,
): Promise<string> {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const name = `${service}_template_${digest}`;
  const draft = `${name}_draft`;
  await admin.query('SELECT pg_advisory_lock(hashtext($1))', [name]);
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return name;
    await admin.query(`DROP DATABASE IF EXISTS ${quote(draft)} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${quote(draft)} OWNER ${quote(`${service}_owner`)}`);
    await closeToOthers(admin, draft, service);
    await migrate(draft);
    // Also ends connections that the migration left behind: a database in use cannot be copied.
    await admin.query(`ALTER DATABASE ${quote(draft)} ALLOW_CONNECTIONS false`);
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [draft]);
    await renameWhenUnused(admin, draft, name);
    return name;
  } finally {
    await admin.query('SELECT pg_advisory_unlock(hashtext($1))', [name]);
  }
}

/** A session that was told to end may need a moment; PostgreSQL says 55006 (object_in_use) until it is gone. */
async function renameWhenUnused(admin: pg.Client, from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await admin.query(`ALTER DATABASE ${quote(from)} RENAME TO ${quote(to)}`);
      return;
    } catch (error) {
      if (attempt === 50 || (error as { code?: string }).code !== '55006') throw error;
      await admin.query('SELECT pg_sleep(0.05)');
    }
  }
}
