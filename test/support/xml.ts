/** An XML document, as strictly as our reports need it: anything odd is an error. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  /** All text directly in it. */
  text: string;
}

/** What no XML document may hold, in whatever way it is written. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]/u;
const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/g;

export function elementsOf(document: string): Element {
  const body = document.replace(/^<\?xml [^>]*\?>\s*/, '');
  if (FORBIDDEN.test(document)) throw new Error('a character that XML cannot hold');
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  let end = 0;
  for (const match of body.matchAll(TOKEN)) {
    if (match.index !== end) throw new Error(`not XML: ${body.slice(end, end + 40)}`);
    end += match[0].length;
    const [, cdata, closing, opening, attributes = '', isEmpty, text] = match;
    const inner = open.at(-1) as Element;
    if (cdata !== undefined) inner.text += cdata;
    else if (text !== undefined) inner.text += decoded(text);
    else if (opening !== undefined) {
      const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)];
      const element: Element = {
        name: opening,
        attributes: Object.fromEntries(
          pairs.map(([, key = '', value = '']) => [key, decoded(value)]),
        ),
        children: [],
        text: '',
      };
      inner.children.push(element);
      if (isEmpty === '') open.push(element);
    } else if (open.pop()?.name !== closing) throw new Error(`</${closing}> ends nothing`);
  }
  if (end !== body.length || open.length !== 1) throw new Error('the document ends too early');
  return root.children[0] as Element;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function decoded(text: string): string {
  return text.replace(/&(#x?)?([^;&]*);|&/g, (whole, number, name) => {
    if (number === undefined && name !== undefined && Object.hasOwn(ENTITIES, name)) {
      return ENTITIES[name] as string;
    }
    if (number === undefined) throw new Error(`not an entity: ${whole}`);
    return String.fromCodePoint(Number(number === '#x' ? `0x${name}` : name));
  });
}

export function all(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...all(child, name),
  ]);
}
