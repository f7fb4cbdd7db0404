import { ownPlatform } from '../running-platform.ts';
import { messageRows } from './rows/messages.ts';
import { operatorRows } from './rows/operators.ts';
import { prescriptionRows } from './rows/prescriptions.ts';
import { ticketRows } from './rows/tickets.ts';
import { validityRows } from './rows/validity.ts';

/** Rows of the feature list as a client sees them, through the gateway alone, on one platform. */
const own = ownPlatform();

validityRows(own);
ticketRows(own);
messageRows(own);
prescriptionRows(own);
operatorRows(own);
