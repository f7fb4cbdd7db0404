import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeSupergraphs, CompositionError } from './compose.ts';
import { readSubgraphs, replaceFile } from './subgraph-files.ts';

const usage = `Composes services/*/schema.graphql into the two supergraph files.
  --services <folder>  where the services are (default: beside the gateway)
  --out <folder>       writes supergraph.graphql and internal-supergraph.graphql there;
                       without it SUPERGRAPH_FILE and INTERNAL_SUPERGRAPH_FILE name the files`;

const { values } = parseArgs({
  options: { services: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
const publicFile = values.out ? join(values.out, 'supergraph.graphql') : process.env['SUPERGRAPH_FILE'];
const internalFile = values.out
  ? join(values.out, 'internal-supergraph.graphql')
  : process.env['INTERNAL_SUPERGRAPH_FILE'];

if (values.help || !publicFile || !internalFile) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

try {
  const subgraphs = readSubgraphs(
    values.services ?? fileURLToPath(new URL('../../../services', import.meta.url)),
  );
  const supergraphs = composeSupergraphs(subgraphs);
  // The internal graph goes first: an event must never meet a public subscription it has no twin for.
  await replaceFile(internalFile, supergraphs.internal);
  await replaceFile(publicFile, supergraphs.public);
  console.log(`composed ${subgraphs.map(({ name }) => name).join(', ')} into ${publicFile}`);
} catch (error) {
  console.error(error instanceof CompositionError ? error.message : error);
  process.exit(1);
}
