/** Records the schemas of new events: `node packages/contracts/test/gate/freeze.ts`. See `usage`. */
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { events } from '../../src/registry.ts';
import { breakingChanges } from './breaking-changes.ts';
import { frozenTypes, readFrozen, readSamples, writeFrozen, writeSample } from './frozen.ts';
import { sampleOf } from './sample.ts';
import { wireSchema } from './wire-schema.ts';

const usage = `Once an event is published, others rely on its form: it is frozen in frozen/, with a sample in samples/.

  node packages/contracts/test/gate/freeze.ts                   freezes new events and further optional properties
  node packages/contracts/test/gate/freeze.ts --unpublished <type>…   replaces what no release ever contained
                                                                (all: there was no release yet)

Anything else about a frozen event cannot change. Define it again with the next version (….v2) and publish both until
nobody subscribes to the old one.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unpublished: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (values.help) console.log(usage);
else
  for (const type of events.keys())
    freeze(type, values.unpublished && (positionals.includes(type) || positionals.includes('all')));

function freeze(type: string, replace: boolean): void {
  const schema = wireSchema(events.get(type)!);
  const frozen = readFrozen(type);
  const breaches = frozen && !replace ? breakingChanges(frozen, schema) : [];
  if (breaches.length > 0) {
    console.error([`${type} is frozen and cannot change like this:`, ...breaches].join('\n  '));
    process.exitCode = 1;
    return;
  }
  if (isDeepStrictEqual(frozen, schema)) return;
  writeFrozen(type, schema);
  writeSample(type, replace ? 1 : readSamples(type).length + 1, sampleOf(schema));
  console.log(`${frozen ? 'updated' : 'frozen'}: ${type}`);
}

const gone = frozenTypes().filter((type) => !events.has(type));
if (gone.length > 0) console.log(`Frozen, and defined no more: ${gone.join(', ')}.`);
