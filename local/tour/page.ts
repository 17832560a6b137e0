/** A form of a page, as far as a browser without script would send it. */
export interface PageForm {
  readonly method: string;
  readonly action: string;
  /** Hidden and filled-in fields. */
  readonly fields: Readonly<Record<string, string>>;
  /** Buttons that send a value of their own, in the order of the page. */
  readonly buttons: readonly { readonly name: string; readonly value: string; readonly text: string }[];
}

/** The forms of a page. Reads what this house's pages write (quoted attributes), not any HTML there is. */
export const formsOf = (html: string): readonly PageForm[] =>
  [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, attributes = '', content = '']) => {
    const form = attributesOf(attributes);
    const inputs = [...content.matchAll(/<input\b([^>]*)>/g)].map(([, written = '']) => attributesOf(written));
    const buttons = [...content.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].flatMap(
      ([, written = '', inner = '']) => {
        const { name, value } = attributesOf(written);
        if (name === undefined || value === undefined) return [];
        return [{ name, value, text: decoded(inner.replaceAll(/<[^>]*>/g, '').trim()) }];
      },
    );
    return {
      method: (form.method ?? 'get').toLowerCase(),
      action: form.action ?? '',
      fields: Object.fromEntries(
        inputs.flatMap(({ type, name, value }) => (type === 'hidden' && name ? [[name, value ?? '']] : [])),
      ),
      buttons,
    };
  });

const attributesOf = (written: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    [...written.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decoded(value)]),
  );

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const decoded = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (whole, name) => entities[name] ?? whole);
