/** Browsers by the word that tells them apart; those that call themselves by others' names come first. */
const browsers = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\b(OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const;
const systems = [
  [/\b(iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
] as const;

/**
 * What a person recognises their device by in a list of sessions, such as Firefox on Windows: the family, no version and
 * nothing a client could write itself. Null when nothing of it is known.
 */
export function deviceOf(userAgent: string | undefined): string | null {
  const browser = nameIn(browsers, userAgent);
  const system = nameIn(systems, userAgent);
  return browser && system ? `${browser} on ${system}` : (browser ?? system);
}

const nameIn = (names: readonly (readonly [RegExp, string])[], text = ''): string | null =>
  names.find(([word]) => word.test(text.slice(0, 500)))?.[1] ?? null;
