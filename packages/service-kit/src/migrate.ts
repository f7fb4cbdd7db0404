import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The part of the global that we use: TypeScript knows it only together with the browser's types. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

/** Migrations that every service's database starts with, before the service's own. */
const sharedFolders = ['../../bus/migrations', '../migrations'].map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
);

export interface Migration {
  name: string;
  sql: string;
}

/** All migrations of a service in the order they are applied: bus, access, then `<service>/prisma/migrations`. */
export function migrationsOf(serviceFolder: string): Migration[] {
  return [...sharedFolders, path.join(serviceFolder, 'prisma/migrations')].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => ({
            name: entry.name,
            sql: readFileSync(path.join(folder, entry.name, 'migration.sql'), 'utf8'),
          }))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
      : [],
  );
}

/**
 * Applies what is missing, through Prisma's own engine (as WebAssembly: nothing is downloaded), which records it in
 * `_prisma_migrations`. Safe to run again. Answers the names it applied.
 */
export async function migrate(ownerUrl: string, serviceFolder: string): Promise<string[]> {
  const migrations = migrationsOf(serviceFolder);
  const schema = path.join(serviceFolder, 'prisma/schema.prisma');
  const SchemaEngine = loadEngine();
  const engine = await SchemaEngine.new(
    { datamodels: [['schema.prisma', readFileSync(schema, 'utf8')]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(wholeScripts(ownerUrl)),
  );
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      filters: { externalTables: [], externalEnums: [] },
      migrationsList: {
        baseDir: serviceFolder,
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
    });
    return appliedMigrationNames;
  } finally {
    engine.free();
  }
}

/**
 * The adapter cuts a script at every semicolon, inside comments and function bodies, too. PostgreSQL itself takes a
 * script whole, as one transaction: a migration is applied wholly or not at all.
 */
function wholeScripts(connectionString: string): PrismaPg {
  const factory = new PrismaPg({ connectionString });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    adapter.executeScript = async (script) => void (await adapter.underlyingDriver().query(script));
    return adapter;
  };
  return factory;
}

let engineClass: typeof engineModule.SchemaEngine | undefined;

function loadEngine(): typeof engineModule.SchemaEngine {
  if (engineClass) return engineClass;
  const glue = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const compiled = new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, '.wasm')));
  const instance = new WebAssembly.Instance(compiled, { './schema_engine_bg.js': engineModule as never });
  engineModule.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return (engineClass = engineModule.SchemaEngine);
}
