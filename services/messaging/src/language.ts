/** Languages whose words are found by their stems; for each there is a text search configuration search_<code>. */
export const languages = [
  'da',
  'de',
  'en',
  'es',
  'fi',
  'fr',
  'hu',
  'it',
  'nl',
  'no',
  'pt',
  'ru',
  'sv',
  'tr',
] as const;
export type Language = (typeof languages)[number];

const isLanguage = (code: string): code is Language => languages.some((known) => known === code);

/** The language of a tag such as de-AT (BCP 47); null when its stems are not known. */
export function languageOf(tag: string): Language | null {
  const code = tag.split('-', 1)[0]!.toLowerCase();
  return isLanguage(code) ? code : null;
}

/** Words a text of some sentences can hardly do without. Those that several languages share are left out. */
const commonWords: Partial<Record<Language, string>> = {
  da: 'og jeg ikke af fra efter eller kan min hvad hvordan nu tak',
  de: 'und ich nicht ist das ein eine sie mit auf bitte haben wie kann wann nach vor',
  en: 'the and you is of your have with this are for can please it my how when',
  es: 'el los las una con por para usted que est\u00e1 muy c\u00f3mo gracias puede tengo',
  fi: 'ja on ei olen se ett\u00e4 mutta voi kun kiitos miten',
  fr: 'le les une des est vous je avec pour dans pas nous merci avez votre quand',
  hu: 'az \u00e9s nem hogy egy van k\u00f6sz\u00f6n\u00f6m vagy kell mikor',
  it: 'il gli che non per una sono con della grazie come quando posso',
  nl: 'het een niet ik van voor met dat heb hoe wanneer dank uw',
  no: 'ikke jeg fra etter eller hva hvordan takk v\u00e6re n\u00e5',
  pt: 'o os uma n\u00e3o com para voc\u00ea obrigado quando posso como est\u00e1 tenho',
  ru: '\u0438 \u0432 \u043d\u0435 \u043d\u0430 \u044f \u0447\u0442\u043e \u0441 \u043a\u0430\u043a \u0434\u043b\u044f \u043f\u043e \u0432\u044b',
  sv: 'och jag inte \u00e4r f\u00f6r med det som av hur tack n\u00e4r efter',
  tr: 've bir bu i\u00e7in de\u011fil ile ne nas\u0131l ben te\u015fekk\u00fcrler zaman',
};
const languagesOf = new Map<string, Language[]>();
for (const [code, words] of Object.entries(commonWords) as [Language, string][])
  for (const word of words.split(' ')) languagesOf.set(word, [...(languagesOf.get(word) ?? []), code]);

/** How much of a text is looked at, in characters. */
const enough = 600;

/** The language a text seems to be in, by its common words; null when they do not tell: words are found as they are then. */
export function guessLanguage(text: string): Language | null {
  const counts = new Map<Language, number>();
  for (const word of text
    .slice(0, enough)
    .toLowerCase()
    .split(/[^\p{L}]+/u))
    for (const code of languagesOf.get(word) ?? []) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  if (!first || first[1] < 2 || (second && second[1] === first[1])) return null;
  return first[0];
}

/** The text search configuration by which the words of a language are found. */
export const configurationOf = (language: Language | null): string => `search_${language ?? 'simple'}`;
