import { createTestDatabase } from '@carethread/local-stack/test-stack.ts';
import type { ServiceName } from '@carethread/contracts/define-event.ts';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type pg from 'pg';
import { migrate, migrationsOf, type PgAdapter, schemaOf, withSchemaEngine } from '../src/migrate.ts';

/**
 * Where schema.prisma and the migrations disagree about tables, columns and their types, one line each, sorted; such as
 * `company.origin: only in the migrations`. Indexes, foreign keys and defaults are the migrations' own: Prisma cannot say
 * half of ours (partial, GIN, ON DELETE), and the client does not need them.
 */
export async function schemaDrift(service: ServiceName, folder: string): Promise<string[]> {
  const database = await createTestDatabase(service, {
    key: JSON.stringify(migrationsOf(folder)),
    migrate: async (ownerUrl) => void (await migrate(ownerUrl, folder)),
  });
  const schema = schemaOf(folder);
  const files = [{ path: 'schema.prisma', content: schema }];
  try {
    const on = { ownerUrl: database.ownerUrl, schema, adjust: readChars };
    const { stdout } = await withSchemaEngine(on, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: folder },
        to: { tag: 'schemaDatamodel', files },
        script: false,
        exitCode: null,
        filters: { externalTables: [], externalEnums: [] },
      }),
    );
    return differences(stdout ?? '');
  } finally {
    await database.drop();
  }
}

const sides: Record<string, string> = {
  '-': 'only in the migrations',
  '+': 'only in schema.prisma',
  '*': 'another type',
};

/** The engine's summary in our words. `[-]` is what a migration from the database to the schema would remove. */
function differences(summary: string): string[] {
  const found: string[] = [];
  let table = '';
  let listed = '';
  for (const line of summary.split('\n')) {
    const heading = /^\[(.)\] (?:Changed the `(.+)` table|(?:Added|Removed) tables)/.exec(line);
    const name = /^ {2}- (\S+)$/.exec(line)?.[1];
    const column = /^ {2}\[(.)\] \w+ column `(.+?)`(?: \((.+)\))?$/.exec(line);
    if (heading) {
      listed = heading[1]!;
      table = heading[2] ?? '';
    } else if (name) found.push(`${name}: ${sides[listed]}`);
    else if (column && !onlyDefault(column[3])) found.push(`${table}.${column[2]}: ${sides[column[1]!]}`);
    else if (line.trim() && !isOurs(line)) found.push(`${table}: ${line.trim()}`);
  }
  return found.sort();
}

const onlyDefault = (change = '') => /^default changed from `[^`]*` to `[^`]*`$/.test(change);

/** What the migrations alone say, and the sentence for no difference at all. */
const isOurs = (line: string) =>
  /^ {2}\[.\] \w+ (?:unique )?(?:index|foreign key)|^ {2}\[.\] \w+ column .*\(default changed|^No difference/.test(
    line,
  );

/** PostgreSQL's type "char", which its catalog uses. The engine expects it, and the adapter does not know it. */
const charType = 18;
const textType = 25;

function readChars(adapter: PgAdapter): void {
  const chars = new WeakMap<object, number[]>();
  const driver = adapter.underlyingDriver() as {
    query: (...asked: unknown[]) => Promise<pg.QueryArrayResult>;
  };
  const query = driver.query.bind(driver);
  driver.query = async (...asked) => {
    const result = await query(...asked);
    const columns = result.fields.flatMap(({ dataTypeID }, index) =>
      dataTypeID === charType ? [index] : [],
    );
    for (const index of columns) result.fields[index]!.dataTypeID = textType;
    chars.set(result.rows, columns);
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (asked) => {
    const answer = await queryRaw(asked);
    for (const index of chars.get(answer.rows) ?? []) answer.columnTypes[index] = ColumnTypeEnum.Character;
    return answer;
  };
}
