import { serviceNames, type ServiceName } from '@carethread/contracts/define-event.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from './progress.ts';
import { run } from './run.ts';
import type { DatabaseName } from './provision.ts';
import { environmentOf, folderOf, repository, type PlatformFacts } from './service-table.ts';

/** Writes what is generated from schemas (resolver types, database clients), for all workspaces; cached by turbo. */
export async function generateCode(): Promise<void> {
  const turbo = join(repository, 'node_modules/turbo/bin/turbo');
  await runScript(
    'generating code from the schemas',
    [turbo, 'run', 'generate', '--output-logs=errors-only'],
    {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
    },
  );
}

/** Brings every database up to date, side by side. */
export async function migrateAll(ownerUrl: (name: DatabaseName) => string): Promise<void> {
  const script = join(repository, 'packages/service-kit/src/migrate-cli.ts');
  const rateStore = join(repository, 'gateway/src/rate-limits/set-up-store-cli.ts');
  await Promise.all([
    runScript('setting up the database gateway', [rateStore], {
      ...process.env,
      OWNER_DATABASE_URL: ownerUrl('gateway'),
    }),
    ...serviceNames.map((service) =>
      runScript(`migrating the database ${service}`, [script, folderOf(service)], {
        ...process.env,
        OWNER_DATABASE_URL: ownerUrl(service),
      }),
    ),
  ]);
}

/** Writes the two supergraph files that the gateway reads. */
export const compose = (folder: string) =>
  runScript(
    'composing the GraphQL schema',
    [join(repository, 'gateway/src/compose/compose-cli.ts'), '--out', folder],
    process.env,
  );

/**
 * Demo people and the formulary, by each service's own seed script. Never in production: everybody knows the demo password.
 */
export async function seedAll(facts: PlatformFacts, progress: Progress): Promise<void> {
  if (process.env['NODE_ENV'] === 'production') return;
  await Promise.all(
    serviceNames.map(async (service) => {
      const script = join(folderOf(service), 'src/seed-cli.ts');
      if (!existsSync(script)) return;
      const env = { ...environmentOf(service, facts), ...seedLogins(service, facts), CARETHREAD_DEMO: '1' };
      await progress.step(`demo data of ${service}`, () => runScript(`seeding ${service}`, [script], env));
    }),
  );
}

/** Seeds write what running services may not, so they get a login of their own. */
const seedLogins = (service: ServiceName, facts: PlatformFacts): NodeJS.ProcessEnv => ({
  OWNER_DATABASE_URL: facts.databaseUrl(service, 'owner'),
});

async function runScript(what: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { code, stdout, stderr } = await run(process.execPath, args, { env, cwd: repository });
  if (code !== 0) throw new Error(`${what} failed:\n${(stderr + stdout).trim()}`);
}
