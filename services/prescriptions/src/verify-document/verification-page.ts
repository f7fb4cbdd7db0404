import { createHash } from 'node:crypto';
import type { Standing, Verification } from './verify-document.ts';

const words: Record<Standing, [heading: string, text: string]> = {
  valid: ['Valid', 'This prescription was signed here and may be filled.'],
  superseded: ['Superseded', 'A newer version was signed. This one does not count any more.'],
  cancelled: ['Cancelled', 'This prescription was cancelled. It must not be filled.'],
  expired: ['Expired', 'The time in which this prescription could be filled is over.'],
  dispensed: ['Dispensed', 'Everything on this prescription was handed over. Nothing is left to fill.'],
  unknown: ['Not known', 'There is no document with this code. Check every character of the code.'],
};

const style = `body{font:1.125rem/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:36rem;margin:4rem auto;padding:0 1.5rem}
h1{font-size:2rem;margin:.25rem 0}p{margin:.5rem 0}.about{color:#444}code{overflow-wrap:anywhere}`;

/** What the page may do: show itself, with its own style. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'`;

/** What a verification code says, for people. Nothing in it comes from the address that was asked for. */
export function verificationPage({ standing, version, documentHash }: Verification): string {
  const [heading, text] = words[standing];
  const file =
    documentHash === null
      ? ''
      : `<p class="about">Version ${version}. SHA-256 of the genuine file: <code>${documentHash}</code></p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${heading} · prescription</title><style>${style}</style></head>
<body><main><p class="about">This prescription is</p><h1>${heading}</h1><p>${text}</p>${file}</main></body></html>
`;
}
