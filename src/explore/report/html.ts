/** Control and format characters, lone surrogates: what could hide or turn round what is read. */
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text as content or attribute of HTML: nothing in it is markup, and all of it is seen. */
export function escaped(text: string): string {
  return text
    .replace(INVISIBLE, (sign) => `\\u{${(sign.codePointAt(0) as number).toString(16)}}`)
    .replace(/[&<>"']/g, (sign) => SIGNS[sign] as string);
}
