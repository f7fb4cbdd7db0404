/** Processes, the broker and the payment provider fail while people work, all on one platform. */
import './faults/renewals.ts';
import './faults/conversation.ts';
import './faults/killed-processes.ts';
