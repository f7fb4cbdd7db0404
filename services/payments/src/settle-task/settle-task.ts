import type { Tx } from '@carethread/bus/transaction.ts';
import type { Actor } from '@carethread/contracts/actor.ts';
import { idSchema, type PaymentTaskId } from '@carethread/contracts/ids.ts';
import { checkInput } from '@carethread/service-kit/input.ts';
import type { Page } from '@carethread/service-kit/page.ts';
import { Refusal, refuse, staleVersion } from '@carethread/service-kit/refusal.ts';
import { z } from 'zod';
import type { Caller } from '../change-payment.ts';
import { codeOf } from '../codes.ts';
import type { Foundation } from '../foundation.ts';
import type { PaymentTask, PrismaClient } from '../generated/prisma/client.ts';
import { managesPayments } from '../may-manage.ts';

export const resolutions = ['settled', 'refunded_by_hand', 'written_off', 'nothing_to_do'] as const;

/** Open tasks, oldest first: those of the person, or everybody's for who looks after payments. One index scan. */
export async function openTasks(
  prisma: PrismaClient,
  actor: Actor,
  { first, after }: Page<string>,
): Promise<PaymentTask[]> {
  if (actor.role === 'administrator' && !managesPayments(actor)) return [];
  return prisma.paymentTask.findMany({
    where: {
      resolution: null,
      ...(!managesPayments(actor) && { ownerId: actor.userId }),
      ...(after && { id: { gt: after } }),
    },
    orderBy: { id: 'asc' },
    take: first + 1,
  });
}

const takeInput = z.object({ taskId: idSchema<'PaymentTask'>(), expectedVersion: z.int() });
const resolveInput = takeInput.extend({ resolution: codeOf(resolutions) });

const lock = 'SELECT version, resolution, owner_id AS "ownerId" FROM payment_task WHERE id = $1 FOR UPDATE';
const setOwner = 'UPDATE payment_task SET owner_id = $2, version = version + 1 WHERE id = $1';
const setResolution = `UPDATE payment_task SET resolution = $2, resolved_by = $3, resolved_at = $4, version = version + 1
  WHERE id = $1`;

interface Locked {
  version: number;
  resolution: string | null;
  ownerId: string;
}

/** Whoever looks after payments makes a task theirs. */
export async function takeTask(
  { database }: Foundation,
  { actor }: Caller,
  raw: unknown,
): Promise<PaymentTaskId | Refusal> {
  const input = checkInput(takeInput, raw);
  if (input instanceof Refusal) return input;
  return database.asActor<PaymentTaskId | Refusal>(actor, async (tx) => {
    const task = await lockTask(tx, actor, input);
    if (task instanceof Refusal) return task;
    tx.send(setOwner, [input.taskId, actor.userId]);
    return input.taskId;
  });
}

/** The owner says how a task was settled. It stays, with who said so and when. */
export async function resolveTask(
  { database, now }: Foundation,
  { actor }: Caller,
  raw: unknown,
): Promise<PaymentTaskId | Refusal> {
  const input = checkInput(resolveInput, raw);
  if (input instanceof Refusal) return input;
  return database.asActor<PaymentTaskId | Refusal>(actor, async (tx) => {
    const task = await lockTask(tx, actor, input);
    if (task instanceof Refusal) return task;
    if (task.ownerId !== actor.userId)
      return refuse('NOT_ALLOWED', 'This task is somebody else’s; take it first.');
    tx.send(setResolution, [input.taskId, input.resolution, actor.userId, now()]);
    return input.taskId;
  });
}

async function lockTask(
  tx: Tx,
  actor: Actor,
  { taskId, expectedVersion }: { taskId: PaymentTaskId; expectedVersion: number },
): Promise<Locked | Refusal> {
  const visible = actor.role !== 'administrator' || managesPayments(actor);
  const [task] = visible ? await tx.query<Locked>(lock, [taskId]) : [];
  if (!task) return refuse('NOT_FOUND', 'There is no such task.', { path: ['input', 'taskId'] });
  if (task.resolution) return refuse('ILLEGAL_MOVE', 'It was settled before.', { currentStatus: 'RESOLVED' });
  return task.version === expectedVersion ? task : staleVersion(expectedVersion, task.version);
}
