import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { rules } from '../../test/examples.ts';
import { refOf } from './pack.ts';
import { readPacks } from './read-packs.ts';

const { packs } = rules;
const day = '2026-11-20';
const refs = (place: string | null, on = day) => packs.inForce(place, on).map(refOf);

describe('the shipped packs', () => {
  it.each([
    ['US', ['US@1']],
    ['US-CA', ['US@1']],
    ['US-NY', ['US-NY@2', 'US@1']],
    ['FR', ['FR@1']],
    ['DE', []],
    [null, []],
  ])('that hold in %s are %j', (place, expected) => {
    expect(refs(place)).toEqual(expected);
  });

  it('hold from their day on', () => {
    expect(refs('FR', '2025-02-28')).toEqual([]);
    expect(refs('FR', '2025-03-01')).toEqual(['FR@1']);
  });

  it('are found by the name a signature has, and a missing one is no silence', () => {
    expect(packs.named(['US@1', 'FR@1']).map(refOf)).toEqual(['US@1', 'FR@1']);
    expect(() => packs.named(['US@9'])).toThrow('US@9, which is not installed');
  });
});

describe('reading packs', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  const pack = (more: object = {}) => ({
    jurisdiction: 'XX',
    version: 1,
    validFrom: '2026-01-01',
    title: 'Test',
    schedules: [
      { code: 'A', title: 'A', covers: { catalogSchedules: ['CII'] }, sources: ['law'], rules: {} },
    ],
    ...more,
  });
  const written = (files: Record<string, unknown>) => {
    const folder = mkdtempSync(join(tmpdir(), 'packs-'));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  };

  it('takes the newest version that is valid on the day', () => {
    const read = readPacks(
      written({ 'XX/1.json': pack(), 'XX/2.json': pack({ version: 2, validFrom: '2026-07-01' }) }),
    );
    expect(read.inForce('XX', '2026-06-30').map(refOf)).toEqual(['XX@1']);
    expect(read.inForce('XX-Y', '2026-07-01').map(refOf)).toEqual(['XX@2']);
  });

  it.each([
    ['a rule nobody enforces', { 'XX/1.json': pack({ secondPerson: true }) }, 'secondPerson'],
    ['a day that does not exist', { 'XX/1.json': pack({ validFrom: '2026-02-30' }) }, 'must be a day'],
    ['a place that is none', { 'XX/1.json': pack({ jurisdiction: 'Utopia' }) }, 'ISO 3166'],
    ['a file that stands elsewhere', { 'XX/2.json': pack() }, 'must be named XX/1.json'],
    ['what is no JSON', { 'XX/1.json': '{' }, 'XX/1.json'],
    [
      'a version that is in force before the one before it',
      { 'XX/1.json': pack(), 'XX/2.json': pack({ version: 2 }) },
      'must be valid after 1',
    ],
  ])('refuses %s, naming it', (_, files, message) => {
    expect(() => readPacks(written(files))).toThrow(message);
  });

  it('names every problem at once', () => {
    const folder = written({ 'XX/1.json': pack({ title: '' }), 'YY/1.json': pack() });
    expect(() => readPacks(folder)).toThrow(/XX\/1\.json[\s\S]*YY\/1\.json/);
  });
});
