import { writeFileSync } from 'node:fs';
import { matrixText } from '../src/policy/matrix.ts';
import { format } from 'prettier';

const file = new URL('../../../docs/access-matrix.md', import.meta.url);
writeFileSync(file, await format(matrixText(), { parser: 'markdown', printWidth: 110 }));
