import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { undescribed } from '@carethread/service-kit/testing/undescribed.ts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { composeSupergraphs } from '../src/compose/compose.ts';
import { careSchema, careSources } from './fixtures/care-schema.ts';
import { anActor } from './fixtures/identity-provider.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';

describe('composition', () => {
  it('keeps the twins of subscriptions out of what clients see', () => {
    const { public: shown, internal } = composeSupergraphs(careSources);
    expect(shown).toContain('ticketEvents(');
    expect(shown).not.toContain('_live_');
    for (const field of ['ticketEvents', 'messageEvents', 'pharmacyTicketEvents', 'inboxEvents'])
      expect(internal).toContain(`_live_${field}:`);
  });

  it('describes everything that can be subscribed to', async () => {
    expect(undescribed(await readFile(new URL('../live.graphql', import.meta.url), 'utf8'))).toEqual([]);
  });

  it('names every problem with its code', () => {
    const conflicting = { name: 'other', sdl: 'type Query { me: Int @auth(public: true) }' };
    expect(() => composeSupergraphs([...careSources, conflicting])).toThrow(/problem\(s\)\):\n {2}[A-Z_]+: /);
  });

  it('points into the file that is not GraphQL', () => {
    expect(() => composeSupergraphs([{ name: 'tickets', sdl: 'type Query {' }])).toThrow(
      /tickets\/schema\.graphql:1:13/,
    );
  });
});

describe('compose command', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-test-'));
    for (const [name, sdl] of Object.entries(careSchema)) {
      await mkdir(join(folder, 'services', name), { recursive: true });
      await writeFile(join(folder, 'services', name, 'schema.graphql'), sdl);
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  const compose = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const cli = fileURLToPath(new URL('../src/compose/compose-cli.ts', import.meta.url));
      const env = { PATH: process.env['PATH'] };
      execFile(process.execPath, [cli, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      );
    });

  it('writes both files and leaves nothing else behind', async () => {
    const out = join(folder, 'out');
    const { code, output } = await compose('--services', join(folder, 'services'), '--out', out);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining('identity, messaging, tickets'),
    });
    expect((await readdir(out)).sort()).toEqual(['internal-supergraph.graphql', 'supergraph.graphql']);
    expect(await readFile(join(out, 'supergraph.graphql'), 'utf8')).toBe(
      composeSupergraphs(careSources).public,
    );
  });

  it('keeps the former files when the services do not fit together', async () => {
    const out = join(folder, 'out');
    await compose('--services', join(folder, 'services'), '--out', out);
    const before = await readFile(join(out, 'supergraph.graphql'), 'utf8');
    await writeFile(join(folder, 'services', 'tickets', 'schema.graphql'), 'type Query { me: Int @auth }');
    const { code, output } = await compose('--services', join(folder, 'services'), '--out', out);
    expect(code).toBe(1);
    expect(output).toMatch(/^The subgraphs do not fit together/);
    expect(output).not.toContain('at composed');
    expect(await readFile(join(out, 'supergraph.graphql'), 'utf8')).toBe(before);
  });

  it('explains itself when it does not know where to write', async () => {
    expect(await compose()).toEqual({ code: 2, output: expect.stringContaining('--out <folder>') });
  });
});

describe('a gateway without a graph', () => {
  it('does not start, and says what is missing', async () => {
    const missing = { SUPERGRAPH_FILE: '/nowhere/supergraph.graphql' };
    await expect(startPlatform({ env: missing })).rejects.toThrow(
      'The supergraph /nowhere/supergraph.graphql cannot be read (ENOENT): compose it first.',
    );
  });
});

describe('a running gateway', () => {
  let platform: Platform;
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(() => platform.stop());

  const withGreeting = careSources.map(({ name, sdl }) => ({
    name,
    sdl:
      name === 'identity'
        ? sdl.replace('me: User @auth', 'me: User @auth\n  greeting: String @auth(public: true)')
        : sdl,
  }));

  it('takes over a new graph without failing a request', async () => {
    const token = platform.token(anActor());
    const outcomes: boolean[] = [];
    let running = true;
    const client = async () => {
      while (running) outcomes.push((await platform.ask('{ me { id } }', { token })).data?.['me'] != null);
    };
    const clients = Array.from({ length: 8 }, client);
    expect(await platform.ask('{ greeting }')).toMatchObject({ status: 400 });
    for (let round = 0; round < 3; round += 1) {
      await platform.recompose(withGreeting);
      // The service does not have the field yet; that the gateway asks it shows that the new graph is in force.
      expect((await platform.ask('{ greeting }')).errors?.[0]?.extensions).not.toMatchObject({
        code: 'GRAPHQL_VALIDATION_FAILED',
      });
      await platform.recompose(careSources);
    }
    running = false;
    await Promise.all(clients);
    expect(outcomes.length).toBeGreaterThan(50);
    expect(outcomes.filter((ok) => !ok)).toEqual([]);
  });

  it.each([
    ['text that is no graph', 'type Query {'],
    ['an empty file', ''],
    [
      'a graph with a service it has no address for',
      composeSupergraphs([
        ...careSources,
        { name: 'stranger', sdl: 'type Query { hi: Int @auth(public: true) }' },
      ]).public,
    ],
  ])('stays with its graph when it is given %s', async (_, text) => {
    await platform.recompose(text);
    expect(await platform.ask('{ me { id } }', { token: platform.token(anActor()) })).toMatchObject({
      status: 200,
    });
    await platform.recompose(withGreeting);
    expect((await platform.ask('{ greeting }')).status).toBe(200);
  });
});
