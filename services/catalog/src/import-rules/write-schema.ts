/** `node src/import-rules/write-schema.ts`: writes the format of rules as a JSON Schema, after a change of it. */
import { writeFileSync } from 'node:fs';
import { rulesSchema } from './rules-document.ts';

writeFileSync(new URL('../../clinical-rules.schema.json', import.meta.url), rulesSchema());
