/** `npm run demo`: the doctor-to-pharmacy story against the running platform, told step by step. */
import { doctorToPharmacy } from './story/story.ts';

const url = process.env['GRAPHQL_URL'] ?? `http://localhost:${process.env['PORT'] ?? 4000}/graphql`;
const startedAt = performance.now();
try {
  await doctorToPharmacy(url, (line) => console.log(line.startsWith(' ') ? line : `• ${line}`));
  console.log(`\nDone in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
} catch (error) {
  const refused = (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';
  console.error(refused ? `Nothing answers at ${url}. Run \`npm start\` in another terminal first.` : error);
  process.exit(1);
}
