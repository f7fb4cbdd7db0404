import { expect, it } from '@jest/globals';
import { mask } from './mask.ts';

const id = '0191f2b4-7c1c-7000-8000-000000000001';
const payload = {
  ticketId: id,
  reason: 'wrong_drug',
  at: '2026-11-20T12:00:00.000Z',
  count: 3,
  open: true,
  none: null,
  words: 'Please call Mrs. Smith',
  lines: [{ code: 'ingredient:warfarin', name: 'Jane Doe' }],
};

it('keeps structure, ids, codes, numbers and times, and no words', () => {
  expect(mask(payload, 'ids')).toEqual({
    ...payload,
    words: '[string]',
    lines: [{ code: 'ingredient:warfarin', name: '[string]' }],
  });
});

it('keeps ids alone where codes are facts about health', () => {
  expect(mask(payload, 'health-codes')).toEqual({
    ticketId: id,
    reason: '[string]',
    at: '[string]',
    count: '[number]',
    open: '[boolean]',
    none: null,
    words: '[string]',
    lines: [{ code: '[string]', name: '[string]' }],
  });
});
