import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { EventDefinition } from '../src/define-event.ts';
import { events } from '../src/registry.ts';
import { breakingChanges } from './gate/breaking-changes.ts';
import { frozenTypes, readFrozen, readSamples } from './gate/frozen.ts';
import { valuesOf } from './gate/values.ts';
import { wireSchema } from './gate/wire-schema.ts';

const advice = 'Run `node packages/contracts/test/gate/freeze.ts` and commit what it writes.';
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const definitions: [string, EventDefinition][] = [...events];

describe.each(definitions)('%s', (type, definition) => {
  const today = wireSchema(definition);
  const frozen = readFrozen(type);

  it('has the form it was published with, or further optional properties', () => {
    if (!frozen) throw new Error(`It is new. ${advice}`);
    expect(breakingChanges(frozen, today)).toEqual([]);
    if (JSON.stringify(frozen) !== JSON.stringify(today)) throw new Error(`It has grown. ${advice}`);
  });

  it('reads every payload it was ever published with', () => {
    const samples = readSamples(type);
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) definition.schema.parse(sample);
  });

  it('means the same to old and new readers', () => {
    const isValid = ajv.compile(frozen ?? today);
    fc.assert(
      fc.property(valuesOf(today), (value) => {
        // As it goes over the wire: JSON knows no undefined and no -0.
        const sent = JSON.parse(JSON.stringify(definition.schema.parse(value))) as unknown;
        expect(isValid(sent)).toBe(true);
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(valuesOf(frozen ?? today), (value) => {
        expect(definition.schema.safeParse(value).success).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

it('keeps every event that was ever published', () => {
  expect(frozenTypes().filter((type) => !events.has(type))).toEqual([]);
});
