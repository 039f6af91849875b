/** What programs write into documents, between two marks each. */

/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function block(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** The text with the part between its two marks replaced, as far to the right as the first. */
export function withPart(text, name, unindented, file) {
  const begin = `<!-- generated: ${name} -->`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the marks of "${name}"`);
  const indent = /[ \t]*$/.exec(text.slice(0, from))[0];
  const part = unindented.replace(/^(?=.)/gm, indent);
  return `${text.slice(0, from)}${begin}\n\n${part}\n\n${indent}${text.slice(to)}`;
}
