import { afterAll, beforeAll, it } from '@jest/globals';
import { released } from './steps.ts';
import { startWorld, type World } from './world.ts';
import { directly } from './direct.ts';
import { selectPrescriptions } from '../src/store/select.ts';
let world: World;
beforeAll(async () => { world = await startWorld(); });
afterAll(() => world.close());
it('plans', async () => {
  const { ticketId, prescriptionId, lineIds } = await released(world);
  await world.sql(`WITH new AS MATERIALIZED (SELECT gen_random_uuid() AS p, gen_random_uuid() AS t, gen_random_uuid() AS f, gen_random_uuid() AS l, gen_random_uuid() as u
         FROM generate_series(1, 60000)),
       tickets AS (INSERT INTO ticket SELECT (jsonb_populate_record(x, jsonb_build_object('id', t,'patient_id',u))).* FROM ticket x, new WHERE x.id = $2),
       prescriptions AS (INSERT INTO prescription SELECT (jsonb_populate_record(x, jsonb_build_object('id', p, 'ticket_id', t,'patient_id',u))).* FROM prescription x, new WHERE x.id = $1),
       lines AS (INSERT INTO prescription_line SELECT (jsonb_populate_record(x, jsonb_build_object('id', l, 'prescription_id', p))).* FROM prescription_line x, new WHERE x.prescription_id = $1),
       screenings AS (INSERT INTO screening SELECT (jsonb_populate_record(x, jsonb_build_object('prescription_id', p))).* FROM screening x, new WHERE x.prescription_id = $1),
       fills AS (INSERT INTO fill SELECT (jsonb_populate_record(x, jsonb_build_object('id', f, 'prescription_id', p, 'ticket_id', t,'patient_id',u))).* FROM fill x, new WHERE x.prescription_id = $1)
       INSERT INTO fill_line SELECT (jsonb_populate_record(x, jsonb_build_object('fill_id', f, 'line_id', l))).* FROM fill_line x, new WHERE x.line_id = $3`, [prescriptionId, ticketId, lineIds[0]]);
  await world.sql('ANALYZE');
  const direct = directly(world);
  for (const [who, actor] of Object.entries({ patient: world.patient, pharmacist: world.pharmacist, doctor: world.doctor, doctor2: world.doctor, p2: world.pharmacist })) {
    const time = async (name: string, text: string, values: unknown[]) => {
      for (let i = 0; i < 3; i++) await direct.database.asActor(actor, (tx) => tx.query(text, values));
      const s = performance.now();
      for (let i = 0; i < 20; i++) await direct.database.asActor(actor, (tx) => tx.query(text, values));
      console.log(who, name, ((performance.now() - s) / 20).toFixed(2), 'ms');
    };
    await time('byId', selectPrescriptions('p.id = ANY($1::uuid[])'), [[prescriptionId]]);
    await time('byTicket', selectPrescriptions(`p.id IN (SELECT prescription_id FROM fill WHERE ticket_id = $1 UNION SELECT id FROM prescription WHERE ticket_id = $1 AND NOT (status = 'cancelled' AND signed_at IS NULL))`), [ticketId]);
    await time('profile', 'SELECT * FROM patient_profile WHERE patient_id = $1', [world.patient.userId]);
    await time('medicine', 'SELECT * FROM medicine WHERE patient_id = $1', [world.patient.userId]);
  }
  await direct.close();
}, 200000);
