import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../src/background-process.ts';
import { freePorts } from '../src/free-port.ts';
import { serviceProcess, type ServiceProcess } from '../src/service-process.ts';
import { temporaryFolder } from './temporary-folder.ts';

const main = join(import.meta.dirname, 'fixtures/small-service.ts');
const folder = temporaryFolder();

/** A service, and what it tells people: `told` settles with the next note that holds a text. */
async function create(name: string, env: NodeJS.ProcessEnv = {}) {
  const [port] = await freePorts(1);
  const notes = new EventEmitter<{ note: [string] }>();
  const told = (text: string) =>
    new Promise<string>((resolve) => {
      notes.on('note', (line) => line.includes(text) && resolve(line));
    });
  const service = serviceProcess({
    name,
    main,
    url: `http://127.0.0.1:${port}`,
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    logFile: join(folder, `${name}.log`),
    pidFile: join(folder, `${name}.pid`),
    note: (line) => notes.emit('note', line),
  });
  return { service, told };
}

describe('a process of the platform', () => {
  let service: ServiceProcess;
  let told: (text: string) => Promise<string>;
  beforeAll(async () => {
    ({ service, told } = await create('tickets'));
    await service.start();
    await service.untilReady();
  });
  afterAll(() => service.stop());

  it('writes to its log file', async () => {
    expect(await readFile(service.logFile, 'utf8')).toBe('up\n');
  });

  it.each<[string, (victim: ServiceProcess) => unknown, string]>([
    ['ends with an error', ({ url }) => fetch(`${url}/exit/1`), 'tickets ended unexpectedly (exit code 1)'],
    ['is killed', ({ signal }) => signal('SIGKILL'), 'tickets ended unexpectedly (SIGKILL)'],
  ])('is started again when it %s, and says so', async (_, end, message) => {
    const before = service.pid();
    const ended = told(message);
    const recovered = told('tickets runs again');
    await end(service);
    await ended;
    await recovered;
    expect(service.pid()).not.toBe(before);
  });

  it('stays down once it was stopped', async () => {
    const pid = service.pid()!;
    await service.stop();
    expect(service.pid()).toBeNull();
    expect(exists(pid)).toBe(false);
    await expect(service.untilReady()).rejects.toThrow('tickets is not ready');
    await service.start();
    await service.untilReady();
  });

  it('is restarted with other settings, until the next restart', async () => {
    const refused = told('tickets cannot run with these settings');
    await service.restart({ PORT: '' });
    await refused;
    expect(service.pid()).toBeNull();
    await service.restart();
    await service.untilReady();
    expect(service.pid()).not.toBeNull();
  });

  it('replaces one that a killed platform left behind', async () => {
    const { service: second } = await create('tickets');
    const orphan = service.pid()!;
    await second.start();
    expect(exists(orphan)).toBe(false);
    await second.untilReady();
    await second.stop();
  });
});

describe('a process that cannot run', () => {
  it('is not started again and again when its environment is wrong; its own words are shown', async () => {
    const { service, told } = await create('messaging', { PORT: '' });
    const refused = told('messaging cannot run with these settings');
    await service.start();
    await refused;
    await expect(service.untilReady()).rejects.toThrow('PORT is not set');
    expect(service.pid()).toBeNull();
    await service.stop();
  });

  it('never touches a stranger that has the number of its predecessor', async () => {
    const { service } = await create('catalog');
    await writeFile(join(folder, 'catalog.pid'), String(process.ppid));
    await service.start();
    await service.untilReady();
    expect(exists(process.ppid)).toBe(true);
    await service.stop();
  });
});
