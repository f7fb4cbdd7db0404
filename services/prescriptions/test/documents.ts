import type { Actor } from '@carethread/contracts/actor.ts';
import { SessionRevoked } from '@carethread/contracts/events/identity.ts';
import { newId } from '@carethread/contracts/ids.ts';
import type { World } from './world.ts';

const selection = `document { id version hash byteCount madeAt verificationCode verificationAddress
  downloads(first: 10) { edges { node { by { id } actingFor { id } downloadedAt linkId } } } }`;

/** The document of a prescription as this person sees it, or null. */
export const documentOf = async (world: World, actor: Actor, prescriptionId: string) =>
  (
    await world.query(actor, `query ($id: ID!) { prescription(id: $id) { ${selection} } }`, {
      id: prescriptionId,
    })
  ).prescription?.document ?? null;

/** Asks for a link; answers the payload. */
export const linkTo = (world: World, actor: Actor, documentId: string, idempotencyKey: string = newId()) =>
  world.mutate(actor, 'createDocumentLink', { documentId, idempotencyKey }, 'link { url expiresAt }');

/** Fetches an address of the service as the gateway would pass it on. */
export const fetchFrom = (world: World, url: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${world.service.port}${new URL(url).pathname}`, init);

/** The file of a prescription by a new link. */
export async function fetchDocument(world: World, actor: Actor, prescriptionId: string): Promise<Buffer> {
  const document = await documentOf(world, actor, prescriptionId);
  const { link } = await linkTo(world, actor, document.id);
  const response = await fetchFrom(world, link.url);
  if (response.status !== 200) throw new Error(`The link answers ${response.status}.`);
  return Buffer.from(await response.arrayBuffer());
}

/** Identity says that the session this person is in has ended. */
export async function endSession(world: World, { sessionId, userId }: Actor): Promise<void> {
  await world.publish(SessionRevoked, { aggregateId: sessionId, sequence: 1, data: { sessionId, userId } });
  await world.drain();
}
