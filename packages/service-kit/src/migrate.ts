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
  return withSchemaEngine(
    { ownerUrl, schema: schemaOf(serviceFolder), adjust: takeScriptsWhole },
    async (engine) => {
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
    },
  );
}

/** The text of the service's schema.prisma. */
export const schemaOf = (serviceFolder: string): string =>
  readFileSync(path.join(serviceFolder, 'prisma/schema.prisma'), 'utf8');

export type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** Runs Prisma's schema engine on a database for this while; `adjust` sees every connection before the engine does. */
export async function withSchemaEngine<Result>(
  on: { ownerUrl: string; schema: string; adjust: (adapter: PgAdapter) => void },
  work: (engine: engineModule.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  const factory = new PrismaPg({ connectionString: on.ownerUrl });
  const connect = factory.connect.bind(factory);
  const opened: PgAdapter[] = [];
  factory.connect = async () => {
    const adapter = await connect();
    on.adjust(adapter);
    opened.push(adapter);
    return adapter;
  };
  const engine = await loadEngine().new(
    { datamodels: [['schema.prisma', on.schema]] },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    return await work(engine);
  } finally {
    engine.free();
    await Promise.all(opened.map((adapter) => adapter.dispose()));
  }
}

/**
 * The adapter cuts a script at every semicolon, inside comments and function bodies, too. PostgreSQL itself takes a
 * script whole, as one transaction: a migration is applied wholly or not at all.
 */
function takeScriptsWhole(adapter: PgAdapter): void {
  adapter.executeScript = async (script) => void (await adapter.underlyingDriver().query(script));
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
