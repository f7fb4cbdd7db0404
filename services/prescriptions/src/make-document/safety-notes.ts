import { notCheckedKey } from '@carethread/contracts/screening.ts';
import { applyingTo, nameOf, ruleUnder, substanceOf } from '../controls/applying.ts';
import { inWords } from '../controls/in-words.ts';
import type { Pack } from '../controls/pack.ts';
import { lastDay } from '../controls/rule.ts';
import type { Override, StoredVerdict } from '../screening.ts';
import type { Signed } from '../prescription.ts';

/** What whoever fills the prescription has to know: what the check said and how the prescriber answered; what is controlled. */
export function safetyNotes(
  prescription: Signed,
  verdict: StoredVerdict | null,
  under: readonly Pack[],
): string[] {
  return [...checkNotes(prescription, verdict), ...controlNotes(prescription, under)];
}

function checkNotes({ signature, overrides }: Signed, verdict: StoredVerdict | null): string[] {
  if (!verdict) return ['The safety check has not answered.'];
  const answers = new Map(
    overrides
      .filter((each) => each.contentHash === signature.contentHash)
      .map((each) => [each.findingKey, each]),
  );
  const findings = verdict.findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ key, kind, severity, subjects }) => {
      const what = kind === 'dose' ? 'dose to be looked at' : kind;
      return `${capitalised(severity)} ${what}: ${subjects.map(codeInWords).join(', ')}.${answered(answers.get(key))}`;
    });
  const gaps = verdict.notChecked.map(
    (gap) =>
      `Not checked: ${codeInWords(gap.check)} (${codeInWords(gap.reason)}).${answered(answers.get(notCheckedKey(gap)))}`,
  );
  return findings.length + gaps.length === 0 ? ['The safety check found nothing.'] : [...findings, ...gaps];
}

function controlNotes({ lines, signature, clinic }: Signed, under: readonly Pack[]): string[] {
  const zone = clinic?.timeZone ?? 'UTC';
  return lines.flatMap((line, i) => {
    const applying = applyingTo(under, substanceOf(line));
    if (applying.length === 0) return [];
    const rule = ruleUnder(applying);
    const words = inWords(rule, lastDay(rule, signature.at, zone));
    return [`Medicine ${i + 1} is controlled: ${nameOf(applying)}. ${words.join(' ')}`.trim()];
  });
}

const answered = (override: Override | undefined): string =>
  override ? ` Answered by the prescriber: ${codeInWords(override.reason)}.` : '';

/** A code such as `will_be_monitored` or `ingredient:warfarin` as people read it. */
const codeInWords = (code: string): string => code.slice(code.indexOf(':') + 1).replaceAll(/[_-]/g, ' ');
const capitalised = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
