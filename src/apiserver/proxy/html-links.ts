/**
 * Turns the links of an HTML page, tag by tag as it streams by. What lies outside of tags, in comments, scripts and
 * styles stays as it is. Source: the attributes that upstream's proxy rewrites.
 */
import { MAX_TAG_CHARACTERS } from "../limits.ts";

/** Attributes with links, by element. */
const linkAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["src", "usemap", "formaction"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};
/** Their content is text, whatever it looks like. */
const rawElements = new Set(["script", "style", "textarea", "title"]);
const attribute = /([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'<>`]+)/g;

/** One page. */
export class LinkRewriter {
  readonly #turn: (link: string) => string;
  /** The name of the raw element that we are in. */
  #raw: string | undefined;

  constructor(turn: (link: string) => string) {
    this.#turn = turn;
  }

  /** Bytes stand for characters here (Latin-1): tags are ASCII in every encoding that pages have. */
  async *rewrite(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let rest = "";
    for await (const chunk of chunks) {
      rest += Buffer.from(chunk).toString("latin1");
      const [done, open] = this.#pass(rest);
      rest = open;
      if (rest.length > MAX_TAG_CHARACTERS) {
        yield Buffer.from(done + rest, "latin1");
        rest = "";
      } else if (done !== "") yield Buffer.from(done, "latin1");
    }
    if (rest !== "") yield Buffer.from(rest, "latin1");
  }

  /** What is complete, rewritten, and what waits for its end. */
  #pass(text: string): readonly [done: string, open: string] {
    let done = "";
    let at = 0;
    for (;;) {
      const open = text.indexOf("<", at);
      if (open < 0) return [done + text.slice(at), ""];
      done += text.slice(at, open);
      const close = endOfTag(text, open);
      if (close < 0) return [done, text.slice(open)];
      done += this.#tag(text.slice(open, close));
      at = close;
    }
  }

  #tag(tag: string): string {
    const [, slash = "", name = ""] = /^<(\/?)([a-zA-Z][^\s/>]*)/.exec(tag) ?? [];
    const element = name.toLowerCase();
    if (this.#raw !== undefined) {
      if (slash === "/" && element === this.#raw) this.#raw = undefined;
      return tag;
    }
    if (slash === "" && rawElements.has(element)) this.#raw = element;
    const names =
      Object.hasOwn(linkAttributes, element) && slash === "" ? linkAttributes[element] : undefined;
    if (names === undefined) return tag;
    return tag.replace(attribute, (all, key: string, equals: string, value: string) => {
      if (!names.includes(key.toLowerCase())) return all;
      const quote = /^["']/.exec(value)?.[0] ?? "";
      const link = quote === "" ? value : value.slice(1, -1);
      return `${key}${equals}${quote}${this.#turn(link)}${quote}`;
    });
  }
}

/** Behind its `>`, quotes respected; -1 when it has not come yet. */
function endOfTag(text: string, open: number): number {
  if (text.startsWith("<!--", open)) {
    const end = text.indexOf("-->", open + 4);
    return end < 0 ? -1 : end + 3;
  }
  if (!/^[a-zA-Z/!?]/.test(text.charAt(open + 1)) && open + 1 < text.length) return open + 1;
  let quote = "";
  for (let i = open + 1; i < text.length; i++) {
    const letter = text.charAt(i);
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === ">") return i + 1;
  }
  return -1;
}
