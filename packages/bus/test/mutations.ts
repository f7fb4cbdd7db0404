/**
 * Checks the tests: breaks the bus in one known way at a time, in a copy, and expects the suite to notice.
 * `node packages/local-stack/src/with-stack.ts -- node packages/bus/test/mutations.ts [name]`; some minutes.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Mutation {
  name: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
}

const mutations: Mutation[] = [
  {
    name: 'delete before confirm',
    file: 'publish-outbox.ts',
    find: 'const confirms = rows.map(',
    replace: 'await reader.archive(rows.map(({ id }) => id));\n    const confirms = rows.map(',
  },
  {
    name: 'no confirms',
    file: 'publish-outbox.ts',
    find: 'Promise.race([Promise.all(confirms), link.lost])',
    replace: 'Promise.race([Promise.allSettled(confirms), Promise.resolve()])',
  },
  {
    name: 'outbox not read in order',
    file: 'outbox-reader.ts',
    find: 'ORDER BY outbox.id LIMIT $2',
    replace: 'ORDER BY outbox.id DESC LIMIT $2',
  },
  {
    name: 'acknowledge before commit',
    file: 'delivery-loop.ts',
    find: `await settle(batch, this.#ended);
      if (this.#link.alive) this.#subscription.ackThrough(last);`,
    replace: `this.#subscription.ackThrough(last);
      await settle(batch, this.#ended);`,
  },
  {
    name: 'no inbox check',
    file: 'inbox.ts',
    find: 'batch.filter(({ id }) => isNew.delete(id))',
    replace: '[...batch]; isNew.clear()',
  },
  {
    name: 'no inbox check for an event that comes alone',
    file: 'inbox.ts',
    find: '!isNew.has(event.id) ||',
    replace: '',
  },
  {
    name: 'a parked event does not hold up one that comes alone',
    file: 'inbox.ts',
    find: ' || isHeldUp.has(event.aggregateId)) throw',
    replace: ') throw',
  },
  {
    name: 'a statement that cannot be sent is left out of its batch',
    file: 'send-together.ts',
    find: 'return failure;\n      }',
    replace: 'void failure;\n      }',
  },
  {
    name: 'a parked event does not hold its aggregate up',
    file: 'inbox.ts',
    find: 'new Set(waiting.map((row) => row.aggregate_id))',
    replace: 'new Set(waiting.slice(waiting.length).map((row) => row.aggregate_id))',
  },
  {
    name: 'a failed event is acknowledged without being parked',
    file: 'settle-batch.ts',
    find: 'if (failure) await setAside(event, failure.error, describeFailure(failure.error));',
    replace: 'if (failure) log.error({ event }, describeFailure(failure.error) + typeof setAside);',
  },
  {
    name: 'parked events are retried newest first',
    file: 'retry-parked.ts',
    find: "WHERE status = 'parked' ORDER BY aggregate_id, seq LIMIT 1)\n    UNION ALL",
    replace: "WHERE status = 'parked' ORDER BY aggregate_id, seq DESC LIMIT 1)\n    UNION ALL",
  },
  {
    name: 'a call is recorded without its task being removed',
    file: 'run-task.ts',
    find: "const finish = 'DELETE FROM bus.task WHERE",
    replace: "const finish = 'UPDATE bus.task SET due_at = now() WHERE",
  },
  {
    name: 'a copy within one batch counts as new',
    file: 'inbox.ts',
    find: 'isNew.delete(id)',
    replace: 'isNew.has(id)',
  },
  {
    name: 'trouble with the database is held against the event',
    file: 'settle-batch.ts',
    find: '!isTransient(error) || n >= tries',
    replace: '!isTransient(error) || n >= 1',
  },
  {
    name: 'an event that kills the process is tried for ever',
    file: 'careful.ts',
    find: '> chances',
    replace: '> Infinity',
  },
  {
    name: 'no message is mandatory',
    file: 'publish-outbox.ts',
    find: 'hasSubscriber(row.type)',
    replace: 'hasSubscriber(row.type) && false',
  },
];

/** Tried in turn, the slow one last, until one notices. */
const suites = ['simulation', 'transaction', 'consumer', 'relay', 'task-worker', 'failpoints'].map(
  (name) => `test/${name}.test`,
);
const [quick] = suites;

const here = fileURLToPath(new URL('..', import.meta.url));
const copies = join(here, '.mutants');

/** Runs one suite in a folder; null when it passed, else the first things it did not expect. */
function complaintOf(folder: string, suite: string): Promise<string | null> {
  const jest = fileURLToPath(import.meta.resolve('jest/bin/jest'));
  const args = ['--experimental-vm-modules', '--no-warnings', jest, '--rootDir', folder, suite];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const unexpected = () =>
    /^ *[+] {2,}"\w+": .*$|Exceeded timeout.*$|^ *Received.*$/m.exec(output)?.[0].trim() ?? 'failed';
  return new Promise((resolve) => child.on('close', (code) => resolve(code === 0 ? null : unexpected())));
}

/** A copy of the package in which the mutation stands; without one, an unchanged copy. */
function prepare(mutation: Mutation | null): string {
  const folder = join(copies, (mutation?.name ?? 'unchanged').replaceAll(/\W+/g, '-'));
  mkdirSync(folder, { recursive: true });
  for (const part of ['src', 'test', 'migrations'])
    cpSync(join(here, part), join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'jest.config.mjs'), `export { default } from '../../../../jest.base.mjs';\n`);
  if (!mutation) return folder;
  const path = join(folder, 'src', mutation.file);
  const parts = readFileSync(path, 'utf8').split(mutation.find);
  if (parts.length !== 2) throw new Error(`"${mutation.name}" does not fit ${mutation.file} any more.`);
  writeFileSync(path, parts.join(mutation.replace));
  return folder;
}

const [only] = process.argv.slice(2);
const chosen = mutations.filter(({ name }) => !only || name === only);
let survivors = 0;
try {
  rmSync(copies, { recursive: true, force: true });
  const folders = chosen.map((mutation) => ({ mutation, folder: prepare(mutation) }));
  const unchanged = await complaintOf(prepare(null), quick!);
  if (unchanged) throw new Error(`The unchanged copy fails, too: ${unchanged}`);
  for (const { mutation, folder } of folders) {
    let noticed: string | null = null;
    for (const suite of suites) {
      const complaint = await complaintOf(folder, suite);
      if (complaint) noticed ??= `${suite}: ${complaint}`;
      if (noticed) break;
    }
    if (!noticed) survivors++;
    console.log(`${mutation.name}\n  ${noticed ? `noticed by ${noticed}` : 'NOT NOTICED'}`);
  }
} finally {
  rmSync(copies, { recursive: true, force: true });
}
process.exitCode = survivors > 0 ? 1 : 0;
