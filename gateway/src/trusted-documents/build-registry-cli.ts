import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ApolloGateway } from '@apollo/gateway';
import { readConfig } from '@carethread/service-kit/config.ts';
import { replaceFile } from '../compose/subgraph-files.ts';
import { limitSettings, limitsOf } from '../limits/limits.ts';
import { buildRegistry } from './build-registry.ts';

const usage = `Makes the registry of trusted documents out of the operations of a client.
  --documents <folder>  its .graphql files, one operation each
  --supergraph <file>   the schema they have to fit
  --former <file>       a registry whose documents stay, because clients in use send them; may be repeated
  --out <file>          the registry`;

const { values } = parseArgs({
  options: {
    documents: { type: 'string' },
    supergraph: { type: 'string' },
    former: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const { documents, supergraph, former, out } = values;
if (values.help || !documents || !supergraph || !out) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
try {
  const gateway = new ApolloGateway({ supergraphSdl: await readFile(supergraph, 'utf8') });
  const { schema } = await gateway.load();
  await gateway.stop();
  const registry = buildRegistry({
    folder: documents,
    former,
    schema,
    limits: limitsOf(readConfig(limitSettings)),
  });
  await replaceFile(out, `${JSON.stringify(registry, null, 2)}\n`);
  console.log(`registered ${Object.keys(registry).length} documents in ${out}`);
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
