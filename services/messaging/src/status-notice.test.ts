import { expect, it } from '@jest/globals';
import { ticketStatuses } from '@carethread/contracts/events/tickets.ts';
import { noticeText } from './status-notice.ts';

it.each(ticketStatuses)('has a sentence for a move to %s', (to) => {
  const text = noticeText({ code: 'ticket.moved', params: { from: 'created', to, reason: 'because' } });
  expect(text).toMatch(/^[A-Z].*\.$/);
});

it('tells a return from a first sending', () => {
  const sent = (from: 'created' | 'ready') =>
    noticeText({ code: 'ticket.moved', params: { from, to: 'sent', reason: 'because' } });
  expect(sent('ready')).not.toBe(sent('created'));
});
