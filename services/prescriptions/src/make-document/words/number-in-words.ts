const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A whole number from 0 to 999,999 in English words. */
export function wholeInWords(value: number): string {
  if (value < 20) return small[value]!;
  if (value < 100) return joined(tens[Math.floor(value / 10)]!, '-', value % 10);
  if (value < 1_000) return joined(`${small[Math.floor(value / 100)]} hundred`, ' and ', value % 100);
  const rest = value % 1_000;
  return joined(`${wholeInWords(Math.floor(value / 1_000))} thousand`, rest < 100 ? ' and ' : ' ', rest);
}

const joined = (head: string, by: string, rest: number): string =>
  rest === 0 ? head : `${head}${by}${wholeInWords(rest)}`;

/** A decimal text such as 2.5 in English words: two point five. */
export function decimalInWords(text: string): string {
  const [whole = '0', digits = ''] = text.split('.');
  const said = wholeInWords(Number(whole));
  const significant = digits.replace(/0+$/, '');
  return significant === ''
    ? said
    : `${said} point ${Array.from(significant, (digit) => small[Number(digit)]).join(' ')}`;
}
