/** Shows one thing and is killed as soon as the answer may leave: `node show-and-die.ts <worker url> <patient>`. */
import pg from 'pg';
import { newId } from '@carethread/contracts/ids.ts';
import { accessWriter } from '../src/audit/access-writer.ts';
import { RequestAudit } from '../src/audit/request-audit.ts';
import { person } from '../testing/people.ts';

const [workerUrl, patientId] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: workerUrl!, max: 2, pipeline: true });
await pool.query('SELECT 1');
const audit = new RequestAudit(accessWriter(pool), {
  actor: person('doctor'),
  requestId: 'killed',
  door: 'query',
});
audit.show('Note', newId(), { patientId: patientId! });
await audit.written();
process.kill(process.pid, 'SIGKILL');
