import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { composeSupergraphs } from '../src/compose/compose.ts';
import { readGatewayConfig } from '../src/config.ts';
import { createGatewayMetrics } from '../src/metrics.ts';
import { callerOf } from '../src/sign-in/caller.ts';
import { sha256 } from '../src/trusted-documents/registry.ts';
import { TrustedDocuments } from '../src/trusted-documents/trusted-documents.ts';
import { createLog } from '@carethread/service-kit/log.ts';
import { careSources } from './fixtures/care-schema.ts';
import { anActor } from './fixtures/identity-provider.ts';
import { liveClient } from './fixtures/live-client.ts';
import { type Platform, startPlatform } from './fixtures/platform.ts';
import { until } from './fixtures/until.ts';

const mine = 'query Mine { me { id } }';
const nick = 'query Nick { me { id nick } }';
const inbox = 'subscription Inbox { inboxEvents { kind } }';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'documents-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (texts: readonly string[], name = 'registry.json') => {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(Object.fromEntries(texts.map((text) => [sha256(text), text]))));
  return file;
};

describe('registered documents only', () => {
  let platform: Platform;
  const actor = anActor();
  beforeAll(async () => {
    const files = [await written([mine, inbox]), await written([nick], 'former.json')];
    platform = await startPlatform({
      env: { TRUSTED_DOCUMENTS: 'enforce', TRUSTED_DOCUMENTS_FILES: files.join(',') },
    });
  });
  afterAll(() => platform.stop());

  const send = async (body: object) => {
    const response = await fetch(platform.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${platform.token(actor)}` },
      body: JSON.stringify(body),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const apollo = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
  const answered = { status: 200, data: { me: { id: actor.userId } } };
  const refused = (status: number, code: string) => ({ status, errors: [{ extensions: { code } }] });

  it.each<[string, object, object]>([
    ['by its id', { documentId: `sha256:${sha256(mine)}` }, answered],
    ['by Apollo’s hash', apollo(sha256(mine)), answered],
    ['by its text', { query: mine }, answered],
    ['by both', { query: mine, ...apollo(sha256(mine)) }, answered],
    ['of a former release', { documentId: `sha256:${sha256(nick)}` }, answered],
    ['that nobody registered', { query: '{ me { id name } }' }, refused(403, 'DOCUMENT_NOT_TRUSTED')],
    ['that is nearly registered', { query: `${mine} ` }, refused(403, 'DOCUMENT_NOT_TRUSTED')],
    ['that is not even GraphQL', { query: '}' }, refused(403, 'DOCUMENT_NOT_TRUSTED')],
    [
      'by an unknown hash',
      { documentId: `sha256:${'0'.repeat(64)}` },
      refused(404, 'PERSISTED_QUERY_NOT_FOUND'),
    ],
    ['by no hash at all', { documentId: 7 }, refused(404, 'PERSISTED_QUERY_NOT_FOUND')],
    ['by the hash of another', { query: nick, ...apollo(sha256(mine)) }, refused(400, 'DOCUMENT_MISMATCH')],
    [
      'of its own, under a registered one’s hash',
      { query: '{ me { id name } }', documentId: `sha256:${sha256(mine)}` },
      refused(400, 'DOCUMENT_MISMATCH'),
    ],
    ['that is missing', {}, { status: 400 }],
  ])('a document %s', async (_, body, expected) => {
    expect(await send(body)).toMatchObject(expected);
  });

  it('that was registered while we run', async () => {
    const fresh = 'query Fresh { me { id name } }';
    expect(await send({ query: fresh })).toMatchObject(refused(403, 'DOCUMENT_NOT_TRUSTED'));
    await written([mine, inbox, fresh]);
    await until(async () => (await send({ query: fresh })).status === 200, 'the document is known');
    await written([mine, inbox]);
  });

  it('also by GET', async () => {
    const get = (query: string) =>
      fetch(`${platform.url}?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
    expect((await get('{ directory { id } }')).status).toBe(403);
    expect((await get(mine)).status).toBe(200);
  });

  it('also for subscriptions', async () => {
    const client = liveClient(platform.url, platform.token(actor));
    expect(await client.subscribe('subscription { inboxEvents { kind } }').ended).toMatchObject([
      { extensions: { code: 'DOCUMENT_NOT_TRUSTED' } },
    ]);
    expect(await client.subscribe('', {}, apollo(sha256(mine)).extensions).ended).toMatchObject([
      { extensions: { code: 'BAD_REQUEST' } },
    ]);
    client.subscribe('', {}, apollo(sha256(inbox)).extensions);
    const socket = await client.socket;
    // Answered after the subscription was begun, as the socket's messages are taken in turn.
    await new Promise((resolve) => socket.once('message', resolve).send('{"type":"ping"}'));
    client.stop();
  });

  it('counts the use of each, and of what is deprecated', async () => {
    await send({ documentId: sha256(nick) });
    const text = await (await fetch(new URL('/metrics', platform.url))).text();
    expect(text).toMatch(
      new RegExp(
        `gateway_documents_total\\{document="Nick:${sha256(nick).slice(0, 8)}",client="app".*\\} [1-9]`,
      ),
    );
    expect(text).toMatch(/gateway_documents_total\{document="other",client="app".*\} [1-9]/);
    expect(text).toMatch(/gateway_deprecated_uses_total\{element="User\.nick",client="app".*\} [1-9]/);
  });
});

describe('what a client may send', () => {
  const documents = async (settings: Record<string, string>) =>
    new TrustedDocuments(
      {
        TRUSTED_DOCUMENTS: 'off',
        TRUSTED_DOCUMENTS_PARTNERS: 'off',
        ...settings,
        TRUSTED_DOCUMENTS_FILES: [await written([mine])],
      },
      createGatewayMetrics(),
      createLog('test', 'silent'),
    );
  const partner = callerOf({ ...anActor(), client: { id: anActor().userId, scopes: [] } });

  it('is anything, where it is only noted', async () => {
    const noted = await documents({ TRUSTED_DOCUMENTS: 'log' });
    expect(() => noted.admit('{ me { id } }', null, 'r')).not.toThrow();
  });

  it('follows the registry, and a broken or missing one leaves the former', async () => {
    const followed = await documents({ TRUSTED_DOCUMENTS: 'enforce' });
    const file = join(folder, 'registry.json');
    const isKnown = (text: string) => {
      try {
        followed.admit(text, null, 'r');
        return true;
      } catch {
        return false;
      }
    };
    for (const [content, known] of [
      [JSON.stringify({ [sha256(nick)]: nick }), nick],
      ['{', nick],
      [JSON.stringify({ [sha256(mine)]: nick }), nick],
      [JSON.stringify({ [sha256(mine)]: mine }), mine],
    ] as const) {
      await writeFile(file, content);
      await followed.check();
      expect([mine, nick].filter(isKnown)).toEqual([known]);
    }
    await rm(file);
    await followed.check();
    expect(isKnown(mine)).toBe(true);
  });

  it('is decided for partners by themselves', async () => {
    const forApps = await documents({ TRUSTED_DOCUMENTS: 'enforce' });
    expect(() => forApps.admit('{ me { id } }', partner, 'r')).not.toThrow();
    expect(() => forApps.admit('{ me { id } }', callerOf(anActor()), 'r')).toThrow(
      'registered documents only',
    );
    const forPartners = await documents({ TRUSTED_DOCUMENTS_PARTNERS: 'enforce' });
    expect(() => forPartners.admit('{ me { id } }', partner, 'r')).toThrow('registered documents only');
  });
});

describe('a registry', () => {
  it('whose texts are not those of their hashes is refused at the start', async () => {
    const file = join(folder, 'forged.json');
    await writeFile(file, JSON.stringify({ [sha256(mine)]: nick }));
    await expect(startPlatform({ env: { TRUSTED_DOCUMENTS_FILES: file } })).rejects.toThrow(
      'has a text that is not the one of',
    );
  });

  it('is needed where it is enforced', () => {
    expect(() => readGatewayConfig({})).toThrow('IDENTITY_JWKS_URL');
  });
});

describe('the command that makes a registry', () => {
  const cli = fileURLToPath(new URL('../src/trusted-documents/build-registry-cli.ts', import.meta.url));
  const run = (...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      execFile(process.execPath, [cli, ...args], { env: { PATH: process.env['PATH'] } }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, output: out + err }),
      );
    });
  let args: string[];
  let out: string;
  beforeAll(async () => {
    const documents = join(folder, 'documents');
    await mkdir(join(documents, 'deeper'), { recursive: true });
    await writeFile(join(documents, 'mine.graphql'), 'query Mine { me { id } } # with a remark');
    await writeFile(join(documents, 'deeper/inbox.graphql'), inbox);
    const supergraph = join(folder, 'supergraph.graphql');
    await writeFile(supergraph, composeSupergraphs(careSources).public);
    out = join(folder, 'out.json');
    args = ['--documents', documents, '--supergraph', supergraph, '--out', out];
  });

  it('takes every document below a folder, and those of a former one to the letter', async () => {
    const { code, output } = await run(...args, '--former', await written([`${nick} `], 'old.json'));
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('registered 3 documents') });
    const registry = JSON.parse(await readFile(out, 'utf8')) as Record<string, string>;
    expect(Object.entries(registry).every(([hash, text]) => sha256(text) === hash)).toBe(true);
    expect(Object.values(registry)).toContain(`${nick} `);
    expect(Object.values(registry)).toContain('query Mine {\n  me {\n    id\n  }\n}');
  });

  it('names what does not fit the schema or the limits', async () => {
    const wrong = await written(
      ['{ me { secret } }', `{ me { ${'id '.repeat(9)} } }`, '{ a } { b }'],
      'wrong.json',
    );
    const { code, output } = await run(...args, '--former', wrong);
    expect(code).toBe(1);
    expect(output).toMatch(/Cannot query field "secret"/);
    expect(output).toMatch(/9 times the same field/);
    expect(output).toMatch(/2 operations instead of one/);
  });

  it('explains itself', async () => {
    expect(await run()).toMatchObject({ code: 2, output: expect.stringContaining('--supergraph') });
  });
});
