import { emergencyReasons } from '@carethread/contracts/events/identity.ts';
import { type EmergencyAccessId, idSchema, newId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { type AskingActor, originOf } from '../asking.ts';
import { decideOpening, type EmergencyRules, isOpen } from '../emergency-access.ts';
import { loadEmergencyAccess, loadSituation, saveOpened } from '../emergency-access-store.ts';
import { nameSchema } from '../name.ts';
import type { LimitedToken, Tokens } from '../tokens/tokens.ts';

const openInput = z.object({
  idempotencyKey: idSchema(),
  patientId: idSchema<'User'>(),
  reason: z.string().toLowerCase().pipe(z.enum(emergencyReasons)),
  text: nameSchema(1000).min(10, 'must say why, in at least 10 characters'),
});
const resumeInput = z.object({ accessId: idSchema<'EmergencyAccess'>() });

export interface EmergencyToken extends LimitedToken {
  accessId: EmergencyAccessId;
}

/** Opens a patient's record for a while. Answers the access and a token for it. */
export async function openEmergencyAccess(
  asking: AskingActor,
  tokens: Tokens,
  rules: EmergencyRules,
  input: unknown,
): Promise<EmergencyToken | Refusal> {
  const wish = checkInput(openInput, input);
  if (wish instanceof Refusal) return wish;
  const { actor } = asking;
  const { idempotencyKey: key, ...content } = wish;
  const command = { actor, name: 'openEmergencyAccess', key, input: content };
  const opened = await asking.database.command<{ id: EmergencyAccessId } | Refusal>(command, async (tx) => {
    const now = asking.now();
    const situation = await loadSituation(tx, actor, content.patientId, now);
    const access = decideOpening({ id: newId(), ...content }, situation, actor, rules, now);
    if (access instanceof Refusal) return access;
    saveOpened(tx, access, originOf(asking));
    return { id: access.id };
  });
  if (opened instanceof Refusal) return opened;
  asking.log.warn({ accessId: opened.id, sessionId: actor.sessionId }, 'emergency access opened');
  return resumeEmergencyAccess(asking, tokens, { accessId: opened.id });
}

/** A token for an access that is open; it ends with it. */
export async function resumeEmergencyAccess(
  asking: AskingActor,
  tokens: Tokens,
  input: unknown,
): Promise<EmergencyToken | Refusal> {
  const wish = checkInput(resumeInput, input);
  if (wish instanceof Refusal) return wish;
  const { actor } = asking;
  const access = await asking.database.asActor(actor, (tx) => loadEmergencyAccess(tx, wish.accessId));
  if (!access || access.holderId !== actor.userId || !isOpen(access, asking.now()))
    return refuse('NOT_FOUND', 'There is no such emergency access, or it has ended.', {
      path: ['input', 'accessId'],
    });
  const { stepUp: _, ...holder } = actor;
  return {
    accessId: access.id,
    ...(await tokens.limited({ ...holder, emergencyId: access.id }, access.endsAt)),
  };
}
