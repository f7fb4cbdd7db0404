/**
 * Checks exports of Carethread's audit: `node check-audit.mjs <file>…`, one file for each service. Needs Node and nothing
 * else, so that anybody can run it, and read it before. Ends with 1 when something is wrong, and names the first row.
 *
 * A file holds one JSON value a line: what it is, seals (how far the chain went at some moments), witnesses (what other
 * services told of their chains), then the rows in the order of the chain, and last the rows that are not in it yet. A
 * row's hash is the SHA-256 of the hash before it (32 bytes) and the row as a JSON array without spaces, in UTF-8; before
 * the first one stands the SHA-256 of "carethread audit <service>". Give the files of all services at once: what one
 * service told another is checked against its own chain.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** A row is put into the chain within seconds. One that is older than the last seal by more than this was not written then. */
const patienceMs = 60_000;
/** Rows that do not fit, among which those that changed places are looked for. */
const mostMisfits = 1_000;

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const hashOf = (before, row) => sha256(Buffer.from(before, 'hex'), JSON.stringify(row)).toString('hex');
const lines = (file) => createInterface({ input: createReadStream(file), crlfDelay: Infinity });

async function headOf(file) {
  const head = { service: null, seals: [], witnesses: [] };
  const input = lines(file);
  for await (const line of input) {
    const entry = JSON.parse(line);
    if (entry.format) {
      if (entry.format !== 'carethread audit' || entry.version !== 1)
        throw new Error(`${file}: another format`);
      head.service = entry.service;
    } else if (entry.seal && entry.witness) head.witnesses.push(entry);
    else if (entry.seal) head.seals.push(entry);
    else break;
  }
  input.close();
  if (!head.service) throw new Error(`${file}: no audit of a service`);
  return head;
}

/** What the file says, and the first thing that is wrong with it: `{ rows, seals, waiting, problem }`. */
async function check(file, { service, seals }, witnesses) {
  const wanted = new Map();
  for (const each of [...seals, ...witnesses]) wanted.set(each.position, null);
  let [before, position, rows, waiting] = [sha256(`carethread audit ${service}`).toString('hex'), 0, 0, 0];
  const misfits = [];
  const problems = [];
  const wrong = (at, text) => problems.push({ at, text });
  const lastSealed = seals.length > 0 ? Date.parse(seals.at(-1).at) : 0;

  for await (const line of lines(file)) {
    const entry = JSON.parse(line);
    if (entry.unsealed) {
      waiting += 1;
      const [number, at] = entry.unsealed;
      if (Date.parse(at) < lastSealed - patienceMs)
        wrong(
          Infinity,
          `row ${number} of ${at} was inserted: it is older than the last seal and not in the chain`,
        );
    }
    if (!entry.hash || entry.seal) continue;
    if (entry.position === position) {
      wrong(position, `row ${entry.number}, at position ${position}, was inserted: the place is taken`);
      continue;
    }
    if (entry.position !== position + 1)
      wrong(position + 1, `${places(position + 1, entry.position - 1)} missing: the chain has no row there`);
    else if (entry.row === null)
      wrong(entry.position, `row ${entry.number}, at position ${entry.position}, is missing`);
    else if (hashOf(before, entry.row) !== entry.hash && misfits.length < mostMisfits)
      misfits.push({ ...entry, before });
    if (wanted.has(entry.position)) wanted.set(entry.position, entry.hash);
    [before, position] = [entry.hash, entry.position];
    rows += 1;
  }
  for (const misfit of misfits) wrong(misfit.position, whatBecameOf(misfit, misfits));
  seals.forEach(({ seal, position: at, hash }, index) => {
    if (seal !== index + 1 && seals[index - 1]?.seal !== seal - 1) wrong(at, `seal ${seal - 1} is missing`);
    if (at > position)
      wrong(
        position + 1,
        `${places(position + 1, at)} missing at the end: seal ${seal} says they were there`,
      );
    else if (wanted.get(at) !== hash)
      wrong(at, `the chain up to position ${at} is not the one of seal ${seal}`);
  });
  for (const { witness, seal, position: at, hash } of witnesses)
    if (at > position)
      wrong(
        position + 1,
        `${places(position + 1, at)} missing at the end: ${witness} was told of them (seal ${seal})`,
      );
    else if (wanted.get(at) !== hash)
      wrong(at, `the chain up to position ${at} is not the one that ${witness} was told of (seal ${seal})`);
  problems.sort((one, other) => one.at - other.at);
  return { rows, seals: seals.length, waiting, problem: problems[0]?.text ?? null };
}

const places = (from, until) =>
  from === until ? `position ${from} is` : `positions ${from} to ${until} are`;

function whatBecameOf(misfit, misfits) {
  const other = misfits.find(
    (each) =>
      each !== misfit &&
      ([misfit.hash, each.hash].includes(hashOf(misfit.before, each.row)) ||
        hashOf(misfit.before, [misfit.row[0], ...each.row.slice(1)]) === misfit.hash),
  );
  return other
    ? `rows ${misfit.number} and ${other.number}, at positions ${misfit.position} and ${other.position}, changed places`
    : `row ${misfit.number}, at position ${misfit.position}, was changed`;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: node check-audit.mjs <file>…');
  process.exit(2);
}
const heads = await Promise.all(files.map(headOf));
const witnesses = heads.flatMap(({ service, witnesses: told }) =>
  told.map((each) => ({ ...each, witness: service, of: each.witness })),
);
for (const [at, file] of files.entries()) {
  const head = heads[at];
  const told = witnesses.filter(({ of }) => of === head.service);
  const { rows, seals, waiting, problem } = await check(file, head, told);
  if (problem) process.exitCode = 1;
  const counts = `${rows} rows, ${seals} seals, ${told.length} witnesses, ${waiting} rows not sealed yet`;
  console.log(`${head.service}: ${problem ?? 'whole'} (${counts})`);
}
