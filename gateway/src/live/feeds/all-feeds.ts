import type { Feed } from '../feed.ts';
import { inboxEvents } from './inbox-events.ts';
import { messageEvents } from './message-events.ts';
import { noteEvents } from './note-events.ts';
import { pharmacyTicketEvents } from './pharmacy-ticket-events.ts';
import { presenceEvents } from './presence-events.ts';
import { ticketEvents } from './ticket-events.ts';

/** Every field of type Subscription in live.graphql. */
export const allFeeds: readonly Feed[] = [
  ticketEvents,
  messageEvents,
  noteEvents,
  pharmacyTicketEvents,
  inboxEvents,
  presenceEvents,
];
