const ligatures: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
};

/**
 * A text as it is searched: lower case, without accents, only letters, digits and points within numbers, single spaces.
 * Both what is stored and what is asked go through it, so PostgreSQL never has to know about accents.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøłđðþ]/g, (letter) => ligatures[letter]!)
    .replace(/['’‘ʼ`]/g, '')
    .replace(/(?<=^|[\s(/+])\.(?=\d)/g, '0.')
    .replace(/(?:[^\p{Letter}\p{Number}.]|(?<!\d)\.|\.(?!\d))+/gu, ' ')
    .trim();

export const wordsOf = (text: string): string[] => fold(text).split(' ').filter(Boolean);

/** A catalog code: `St John's wort` is `st-johns-wort`. */
export const slug = (text: string): string => fold(text).replace(/[ .]/g, '-');
