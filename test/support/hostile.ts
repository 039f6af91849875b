/** Names that somebody may give a scenario, and that must stay names wherever they are shown. */
export const HOSTILE_NAMES: readonly (readonly [what: string, name: string])[] = [
  ['markup and a path', '../../</title><script>alert(1)</script>|`*_"\''],
  ['the end of CDATA', ']]></system-out><testcase name="x"/><![CDATA['],
  ['a formula', '=HYPERLINK("http://x/","y")'],
  ['another formula', "@SUM(1+1)*cmd|' /C calc'!A0"],
  ['the end of a label', '"} 1\nsparestorm_exit_code{scenario="other'],
  ['control characters', '\u001b[2J\u0000\u0007\u009b31m\r\nnext'],
  ['what XML forbids', '\ufffe\uffff\ud800 \u202egnp.exe'],
  ['the syntax of others', ['$', '{env:HOME} \\n \\u{1b} %s {{x}}'].join('')],
  ['10 kB', 'x'.repeat(10_000)],
  ['10 kB of markup', '</script>'.repeat(1_200)],
];
