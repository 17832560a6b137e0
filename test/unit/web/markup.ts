/** A strict reader of our own pages: quoted attributes, every element closed. Enough to ask about structure. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: (Element | string)[];
}

const voidElements = new Set(['meta', 'link', 'input', 'path']);
const token = /<!doctype html>|<(\/?)([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*(\/?)>|([^<]+)/giy;
const attribute = /([a-z-]+)(?:="([^"]*)")?/gi;

const decode = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

/** Reads a page; throws where it is not well formed. */
export const readMarkup = (page: string): Element => {
  const root: Element = { name: 'document', attributes: new Map(), children: [] };
  const open: Element[] = [root];
  token.lastIndex = 0;
  while (token.lastIndex < page.length) {
    const at = token.lastIndex;
    const match = token.exec(page);
    if (match === null) throw new Error(`Not markup: ${page.slice(at, at + 60)}`);
    const [, closes, name, attributes = '', closesItself, text] = match;
    const parent = open.at(-1);
    if (parent === undefined) throw new Error('More was closed than opened');
    if (text !== undefined) parent.children.push(decode(text));
    else if (name === undefined) continue;
    else if (closes) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element: ${page.slice(at - 80, at)}`);
    } else {
      const entries = [...attributes.matchAll(attribute)].map(([, key = '', value = '']): [string, string] => [
        key,
        decode(value),
      ]);
      if (new Set(entries.map(([key]) => key)).size !== entries.length) throw new Error(`Doubled attribute in ${name}`);
      const element: Element = { name, attributes: new Map(entries), children: [] };
      parent.children.push(element);
      if (!closesItself && !voidElements.has(name)) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> is never closed`);
  return root;
};

/** Every element in document order. */
export const elementsOf = (element: Element): Element[] =>
  element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...elementsOf(child)]));

export const named = (element: Element, ...names: string[]): Element[] =>
  elementsOf(element).filter(({ name }) => names.includes(name));

const rawTextOf = (element: Element): string =>
  element.children
    .map((child) => (typeof child === 'string' ? child : child.name === 'style' ? '' : rawTextOf(child)))
    .join('');

/** What an element says, white space as it shows. */
export const textOf = (element: Element): string =>
  rawTextOf(element)
    .replace(/[\s\u00a0]+/g, ' ')
    .trim();

/** Names and attribute names alone: what must not change whatever people are called. */
export const skeletonOf = (element: Element): string =>
  elementsOf(element)
    .map(({ name, attributes }) => `${name}[${[...attributes.keys()].join(' ')}]`)
    .join(' ');
