/** `npm run docs`: writes docs/ticket-states.md anew. */
import { writeFileSync } from 'node:fs';
import { stateDocs } from './state-docs.ts';

writeFileSync(new URL('../docs/ticket-states.md', import.meta.url), stateDocs());
