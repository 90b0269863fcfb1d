/**
 * What a strict decoder finds wrong and reads on: unknown fields, gathered during the walk with paths that grow on the way
 * up, and duplicate keys, which the parser saw and which are only given paths when there are any.
 */
import { prefixed } from "./errors.ts";
import type { JsonDocument } from "./json-document.ts";
import { MAX_PROBLEMS } from "./limits.ts";
import type { Schema } from "../schema/mod.ts";
import type { KnownParts, Reading } from "./scalar-readers.ts";

/** The problems of one object. `list` has the texts, `unknown field "spec.x"`, once `addDuplicates` has run. */
export class Problems implements Reading {
  readonly list: string[] = [];
  count = 0;
  readonly hasLiterals: boolean;
  /** What `known` gave. */
  readonly copies = new Set<unknown>();
  readonly #known: KnownParts | undefined;
  readonly #wanted: boolean;
  readonly #paths: string[] = [];

  constructor(wanted: boolean, hasLiterals: boolean, known?: KnownParts) {
    this.#known = known;
    this.#wanted = wanted;
    this.hasLiterals = hasLiterals;
  }

  known(part: object, schema: Schema): unknown {
    const copy = this.#known?.(part, schema);
    if (copy !== undefined) this.copies.add(copy);
    return copy;
  }

  unknown(name: string): void {
    if (this.#wanted && this.count < MAX_PROBLEMS) this.count = this.#paths.push(name);
  }

  prefix(from: number, step: string): void {
    for (let i = from; i < this.#paths.length; i++) this.#paths[i] = prefixed(step, this.#paths[i] ?? "");
  }

  forget(from: number): void {
    this.#paths.length = from;
    this.count = from;
  }

  /** Completes `list` when the whole object has been read. */
  addDuplicates(document: JsonDocument): void {
    const texts = new Set(this.#paths.map((path) => `unknown field "${path}"`));
    if (document.duplicates.length > 0) {
      const places = new Map<object, string>();
      locate(document.value, "", places);
      for (const { object, key } of document.duplicates.slice(0, MAX_PROBLEMS)) {
        const place = places.get(object);
        if (place !== undefined) texts.add(`duplicate field "${place === "" ? key : `${place}.${key}`}"`);
      }
    }
    this.list.push(...[...texts].slice(0, MAX_PROBLEMS));
  }
}

function locate(value: unknown, path: string, places: Map<object, string>): void {
  if (typeof value !== "object" || value === null) return;
  places.set(value, path);
  for (const [key, child] of Object.entries(value)) {
    const step = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    locate(child, step, places);
  }
}
