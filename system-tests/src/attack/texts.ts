/** In every hostile text, so that it is found wherever it may have gone. */
export const mark = 'zq7attack';

/** Texts that have broken other programs: SQL, logs, formats, encodings, sheer size. */
export const hostileTexts: readonly string[] = [
  `' OR '1'='1' -- ${mark}`,
  `'; DROP TABLE ticket; -- ${mark}`,
  `" OR ""="" /* ${mark} */`,
  `') UNION SELECT rolname, rolpassword FROM pg_authid -- ${mark}`,
  `${mark}'||pg_sleep(5)||'`,
  `$$; SELECT set_config('app.role', 'administrator', false); $$ ${mark}`,
  `\\'; COPY (SELECT 1) TO PROGRAM 'touch /tmp/${mark}'; --`,
  `%' ESCAPE '' ${mark} _%\\`,
  `{"$ne": null, "${mark}": {"$gt": ""}}`,
  `${mark}\n{"level":60,"service":"identity","msg":"${mark} signed in as administrator"}`,
  `${mark}\r\nset-cookie: session=${mark}\r\n\r\n<script>alert(1)</script>`,
  `\u001b[2J\u001b[31m${mark}\u0007`,
  `\${jndi:ldap://127.0.0.1/${mark}} {{7*7}} #{7*7} <%= 7*7 %>`,
  `../../../../etc/passwd\u0000${mark}`,
  `${mark}\ud800 half a character`,
  `\u202e${mark}\u2066\ufeff\u200b`,
  `__proto__ constructor prototype ${mark}`,
  `(((((((((a+)+)+)+)+)+)+)+)+)$ ${mark} ${'a'.repeat(64)}!`,
  `${'é'.repeat(6_000)}${mark}`,
  `-1 NaN 1e999 0x7fffffff 99999999999999999999 ${mark}`,
  `urn:${mark}:&<>"'\`|;$(reboot)`,
  `W10= eyJhbGciOiJub25lIn0.e30. ${mark}`,
];
