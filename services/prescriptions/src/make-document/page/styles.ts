import type { FontName } from './fonts.ts';

/** How a piece of text looks. Sizes in points; greys dark enough for a copier. */
export interface Style {
  font: FontName;
  size: number;
  colour: string;
  /** Between lines, beyond what the font gives. */
  lineGap?: number;
  characterSpacing?: number;
  align?: 'left' | 'right';
}

const ink = '#111111';
const soft = '#444444';

export const styles = {
  clinic: { font: 'strong', size: 10.5, colour: ink },
  place: { font: 'regular', size: 9.5, colour: soft },
  title: { font: 'strong', size: 25, colour: ink },
  subtitle: { font: 'regular', size: 10, colour: soft },
  label: { font: 'strong', size: 7.5, colour: soft, characterSpacing: 0.6 },
  person: { font: 'strong', size: 12.5, colour: ink },
  detail: { font: 'regular', size: 9.5, colour: soft },
  heading: { font: 'strong', size: 12.5, colour: ink },
  medicine: { font: 'strong', size: 11, colour: ink },
  body: { font: 'regular', size: 10, colour: ink, lineGap: 1 },
  small: { font: 'regular', size: 8.5, colour: soft },
  code: { font: 'strong', size: 11, colour: ink, characterSpacing: 0.5 },
  furniture: { font: 'regular', size: 8, colour: soft },
} as const satisfies Record<string, Style>;

export const hairline = '#8a8a8a';
