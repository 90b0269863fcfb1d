/**
 * An OpenAPI document as JSON text and as protobuf, each made in slices: the entries of its large maps (paths,
 * definitions) one by one, with a pause between them, since the whole takes longer than the event loop may be held.
 * The protobuf form is made of the text, entry by entry, so that nothing but the text is kept.
 */
import { stringifyJson } from "../codec/encode-json.ts";
import { Encoded, encodeDocument, type Part } from "./gnostic.ts";
import type { OpenApiSchema } from "./scalar-schemas.ts";

/** How a version of OpenAPI is written. */
export interface DocumentForm {
  readonly document: Part;
  /** Its large maps: where they are (`components.schemas`), and the message of their entries. */
  readonly sections: Readonly<Record<string, Part>>;
}

type Pause = () => Promise<void>;

interface Entry {
  readonly section: string;
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** `const { json } = await SlicedDocument.write(form, value, pause)`. */
export class SlicedDocument {
  readonly #form: DocumentForm;
  readonly #pieces: Buffer[] = [];
  readonly #entries: Entry[] = [];
  #size = 0;
  /** The document with its sections empty. */
  #frame: unknown;
  json: Buffer = Buffer.alloc(0);

  private constructor(form: DocumentForm) {
    this.#form = form;
  }

  static async write(form: DocumentForm, value: OpenApiSchema, pause: Pause): Promise<SlicedDocument> {
    const document = new SlicedDocument(form);
    document.#frame = await document.#write(value, "", pause);
    document.json = Buffer.concat(document.#pieces.splice(0));
    return document;
  }

  /** The same in protobuf. */
  async protobuf(pause: Pause): Promise<Uint8Array> {
    const whole = structuredClone(this.#frame) as Record<string, unknown>;
    for (const { section, key, start, end } of this.#entries) {
      const value: unknown = JSON.parse(this.json.toString("utf8", start, end));
      const part = this.#form.sections[section] as Part;
      mapAt(whole, section)[key] = new Encoded(part, value);
      await pause();
    }
    return encodeDocument(this.#form.document, whole);
  }

  /** Gives the value without what is in sections. */
  async #write(value: unknown, path: string, pause: Pause): Promise<unknown> {
    const isSection = Object.hasOwn(this.#form.sections, path);
    if (!isSection && !this.#holdsSection(path)) {
      this.#add(stringifyJson(value));
      return value;
    }
    const frame: Record<string, unknown> = {};
    let opening = "{";
    for (const [key, item] of Object.entries(value as object)) {
      this.#add(`${opening}${JSON.stringify(key)}:`);
      opening = ",";
      if (!isSection) {
        frame[key] = await this.#write(item, path === "" ? key : `${path}.${key}`, pause);
        continue;
      }
      const start = this.#size;
      this.#add(stringifyJson(item));
      this.#entries.push({ section: path, key, start, end: this.#size });
      await pause();
    }
    this.#add(opening === "{" ? "{}" : "}");
    return frame;
  }

  #holdsSection(path: string): boolean {
    return path === "" || Object.keys(this.#form.sections).some((one) => one.startsWith(`${path}.`));
  }

  #add(text: string): void {
    const piece = Buffer.from(text);
    this.#pieces.push(piece);
    this.#size += piece.length;
  }
}

function mapAt(document: Record<string, unknown>, section: string): Record<string, unknown> {
  return section
    .split(".")
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, document);
}
