import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { platformSecrets } from '../src/platform-secrets.ts';
import { rememberedPorts } from '../src/remembered-ports.ts';
import { resetData } from '../src/reset.ts';
import { AlreadyRunning, lockFolder, whoRuns } from '../src/run-lock.ts';
import { temporaryFolder } from './temporary-folder.ts';

const parent = temporaryFolder();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(parent, 'data-'));
});

describe('the secrets', () => {
  it('are made once, for the owner only, and not again', async () => {
    const file = join(folder, 'secrets.json');
    const first = await platformSecrets(file);
    expect(Buffer.from(first.keyEncryptionKey, 'base64')).toHaveLength(32);
    expect(first.gatewaySigningKey).toContain('BEGIN PRIVATE KEY');
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await platformSecrets(file)).toEqual(first);
  });

  it('that a newer version needs are added beside the old ones', async () => {
    const file = join(folder, 'secrets.json');
    await writeFile(file, JSON.stringify({ keyEncryptionKey: 'old' }));
    const secrets = await platformSecrets(file);
    expect(secrets.keyEncryptionKey).toBe('old');
    expect(secrets.claimSigningKey).toContain('BEGIN PRIVATE KEY');
  });

  it('are never replaced because their file cannot be read', async () => {
    const file = join(folder, 'secrets.json');
    await writeFile(file, '{"keyEncryptionKey": "precious"');
    await expect(platformSecrets(file)).rejects.toThrow(SyntaxError);
    expect(await readFile(file, 'utf8')).toContain('precious');
  });
});

describe('the ports', () => {
  it('stay the same from start to start, except one that another program took', async () => {
    const file = join(folder, 'ports.json');
    const first = await rememberedPorts(file, ['postgres', 'amqp']);
    expect(await rememberedPorts(file, ['postgres', 'amqp'])).toEqual(first);

    const other = createServer();
    await new Promise<void>((resolve) => other.listen(first.amqp, '127.0.0.1', resolve));
    const second = await rememberedPorts(file, ['postgres', 'amqp']);
    expect(second.postgres).toBe(first.postgres);
    expect(second.amqp).not.toBe(first.amqp);
    await new Promise((resolve) => other.close(resolve));
  });
});

describe('the lock', () => {
  it('keeps a second platform out and says where the first one is', async () => {
    const lock = await lockFolder(folder);
    await lock.announce('http://localhost:4000/graphql');
    await expect(lockFolder(folder)).rejects.toThrow(AlreadyRunning);
    await expect(lockFolder(folder)).rejects.toThrow('http://localhost:4000/graphql');
    await lock.release();
    await (await lockFolder(folder)).release();
  });

  it('of a platform that was killed does not count, even if its number is in use again', async () => {
    const killed = { pid: process.ppid, command: 'node start-platform.ts', url: '' };
    await writeFile(join(folder, 'running.json'), JSON.stringify(killed));
    expect(await whoRuns(folder)).toBeNull();
    await (await lockFolder(folder)).release();
  });
});

describe('a reset', () => {
  it('removes what the platform wrote and nothing else', async () => {
    await mkdir(join(folder, 'postgres/cluster'), { recursive: true });
    await writeFile(join(folder, 'secrets.json'), '{}');
    await writeFile(join(folder, 'holiday.jpg'), '');
    expect((await resetData(folder)).toSorted()).toEqual(['postgres', 'secrets.json']);
    expect(await readdir(folder)).toEqual(['holiday.jpg']);
  });

  it('refuses while a platform runs there', async () => {
    await writeFile(join(folder, 'secrets.json'), '{}');
    const lock = await lockFolder(folder);
    await expect(resetData(folder)).rejects.toThrow(`process ${process.pid}`);
    expect(await readdir(folder)).toContain('secrets.json');
    await lock.release();
  });

  it('of a folder that does not exist is no error', async () => {
    expect(await resetData(join(folder, 'nothing'))).toEqual([]);
  });
});
