import { idSchema, newId, type UserId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import { refuse, Refusal } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import { administer } from '../administer.ts';
import type { AskingActor } from '../asking.ts';
import { emailSchema } from '../email-address.ts';
import { nameSchema, optionalNameSchema } from '../name.ts';
import { hashPassword, newPasswordSchema } from '../password.ts';
import { insertNewUser } from '../user-store.ts';

const registerUserInput = z.object({
  idempotencyKey: idSchema(),
  email: emailSchema,
  password: newPasswordSchema,
  displayName: nameSchema(120),
  givenName: optionalNameSchema(80),
  familyName: optionalNameSchema(80),
});

/** Adds a person with a first password. Answers their id. */
export async function registerUser(asking: AskingActor, input: unknown): Promise<{ id: UserId } | Refusal> {
  const wish = checkInput(registerUserInput, input);
  if (wish instanceof Refusal) return wish;
  // The password is no part of the command's content: its fingerprint is one quick hash, from which it could be guessed.
  const { idempotencyKey: key, password, ...content } = wish;
  const passwordHash = await hashPassword(password);
  return administer(asking, { name: 'registerUser', key, content }, async (tx) => {
    const id = newId<'User'>();
    if (await insertNewUser(tx, { id, passwordHash, ...content })) return { id };
    return refuse('INVALID', 'This e-mail address has an account already.', { path: ['input', 'email'] });
  });
}
