/**
 * The frame of a page: one file that is complete without a network and without JavaScript.
 *
 * The page forbids itself every connection, and every script but the two that are in it, by their
 * digests: whatever a scenario is called, it stays text.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { html, Markup, type Piece } from './markup.ts';
import { sheet } from './sheet.ts';

export interface Content {
  /** In the title of the window, before the name of the program. */
  readonly title: string;
  readonly heading: string;
  readonly lead: Piece;
  readonly sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly content: Markup;
  }[];
  readonly tool: string;
}

export function documentOf({ title, heading, lead, sections, tool }: Content): string {
  const style = sheet();
  const scripts = enhancements();
  const policy = [
    "default-src 'none'",
    'img-src data:',
    `style-src ${digestOf(style)}`,
    `script-src ${scripts.map(digestOf).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const document = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="${tool}">
<title>${title} – sparestorm</title>
<link rel="icon" href="data:,">
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<h1>${heading}</h1>
<p>${lead}</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main>
${sections.map(
  ({ id, title: name, content }) => html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${name}</h2>
${content}
</section>
`,
)}</main>
<footer><p>${tool}</p></footer>
${scripts.map((script) => html`<script>${new Markup(script)}</script>\n`)}</body>
</html>
`;
  return document.text;
}

/** uPlot, and what puts it (and the read-outs) in the place of the drawings. */
function enhancements(): string[] {
  const require = createRequire(import.meta.url);
  const uplot = require.resolve('uplot/dist/uPlot.iife.min.js');
  return [uplot, new URL('./enhance.js', import.meta.url)].map((file) =>
    readFileSync(file, 'utf8')
      // What the compiler puts at the end of a module, which in a page is none.
      .replace(/^export \{\};$/m, '')
      .replace(/^\/\/# sourceMappingURL=.*$/m, '')
      // Inside a script element this could end it; inside a string it says the same.
      .replaceAll('</script', '<\\/script'),
  );
}

function digestOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
