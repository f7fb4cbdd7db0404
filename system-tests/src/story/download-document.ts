import { createHash } from 'node:crypto';
import { eventually, expect } from './expect.ts';
import type { Stage } from './stage.ts';

const read = `query P($id: ID!) { prescription(id: $id) { document { id hash byteCount verificationCode } } }`;
const verify = 'query V($code: String!) { verifyPrescription(code: $code) { standing } }';

/** The patient gets the prescription as a page, and anybody who is shown it can ask whether it counts. */
export async function downloadDocument({ patient, tell }: Stage, prescriptionId: string): Promise<void> {
  const document = await eventually(
    async () => (await patient.do(read, { id: prescriptionId }))['prescription'].document,
    'the document is made',
  );
  const input = { documentId: document.id, idempotencyKey: crypto.randomUUID() };
  const { link } = await patient.change('createDocumentLink', input, 'link { url }');
  const file = Buffer.from(await (await fetch(link.url)).arrayBuffer());
  expect(
    createHash('sha256').update(file).digest('hex') === document.hash,
    'the file has the hash it should have',
  );
  const { verifyPrescription } = await patient.do(verify, { code: document.verificationCode });
  expect(verifyPrescription.standing === 'VALID', 'the code on the page says valid');
  tell(
    `The patient downloads it as a PDF of ${Math.ceil(file.length / 1_000)} kB; the code printed on it says: valid.`,
  );
}
