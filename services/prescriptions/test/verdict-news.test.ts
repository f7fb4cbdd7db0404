import { expect, it } from '@jest/globals';
import { clear, withFindings } from './examples.ts';
import { newsOf, worstOf } from '@carethread/contracts/verdict-news.ts';

const gap = { check: 'dose', lineId: null, reason: 'missing_weight' };

it('a release is news where it finds, or cannot check, what the one before did', () => {
  expect(newsOf(clear, withFindings('a'))).toMatchObject({ keys: ['a'] });
  expect(newsOf(withFindings('a'), withFindings('a', 'b'))).toMatchObject({ keys: ['b'] });
  expect(newsOf(clear, { ...clear, notChecked: [gap] })?.keys).toEqual([
    'notChecked:dose:patient:missing_weight',
  ]);
});

it('a check that says the same, or less, is no news', () => {
  expect(newsOf(withFindings('a', 'b'), withFindings('b'))).toBeNull();
  expect(newsOf({ ...clear, notChecked: [gap] }, { ...clear, notChecked: [gap] })).toBeNull();
});

it('what is only good to know is no news, until it is worse', () => {
  const mild = withFindings('a');
  const info = { ...mild, findings: mild.findings.map((each) => ({ ...each, severity: 'info' as const })) };
  expect(newsOf(clear, info)).toBeNull();
  expect(newsOf(info, mild)?.keys).toEqual(['a']);
});

it('counts as its worst', () => {
  const news = newsOf(clear, withFindings('a', 'b'))!;
  expect(worstOf(news)).toBe('major');
  const [first] = news.findings;
  expect(worstOf({ ...news, findings: [first!, { ...first!, severity: 'contraindicated' }] })).toBe(
    'contraindicated',
  );
  expect(worstOf({ ...news, findings: [] })).toBe('not_checked');
});
