import type { DataOf } from '@carethread/contracts/registry.ts';
import { Refusal } from '@carethread/service-kit/refusal.ts';
import { move } from '../decisions/move.ts';
import { note } from '../decisions/note.ts';
import { reaction } from '../react.ts';

/** The officer, who stands where a doctor stands, has answered: the talk is over, if it was not before. */
export const whenAccessQuestionClosed = reaction<DataOf<'messaging.access.question_closed.v1'>>(
  (ticket, { type, data }) => {
    const finished = move(ticket, 'finish', 'doctor', { status: 'closed' }, 'finished');
    return finished instanceof Refusal ? note(type, data.accessId) : finished;
  },
);
