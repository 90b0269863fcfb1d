/**
 * JSON patch (RFC 6902) as upstream applies it: `replace` of an absent member adds it, `test` of an absent
 * member against null holds, indices may count from the end (`-1`), and the first failure ends the whole
 * patch. The document is never changed: containers on the way to a change are copied once, everything else is
 * shared.
 */
import { stringifyJson } from "../codec/encode-json.ts";
import { setKey } from "../codec/json-document.ts";
import { MAX_DEPTH } from "../codec/limits.ts";
import { malformed, PatchError, unapplicable } from "./errors.ts";
import { equalJson, exceedsDepth, getKey, isObject, type JsonObject } from "./json.ts";
import { MAX_COPIED_LENGTH, MAX_JSON_PATCH_OPERATIONS } from "./limits.ts";

/** Throws `PatchError`: `malformed` or `tooLarge` before anything is applied, else `unapplicable`. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw malformed("Cannot read JSON patch: it must be a list of operations");
  if (patch.length > MAX_JSON_PATCH_OPERATIONS) {
    const detail = `limit is ${MAX_JSON_PATCH_OPERATIONS}`;
    throw new PatchError("tooLarge", `Cannot apply JSON patch of ${patch.length} operations: ${detail}`);
  }
  const operations = patch.map((one: unknown, index) => {
    if (!isObject(one)) throw malformed(`Cannot read JSON patch: operation ${index} is not an object`);
    return one;
  });
  const draft = new Draft(document);
  operations.forEach((operation, index) => {
    try {
      draft.apply(operation);
    } catch (error) {
      if (error instanceof PatchError) {
        throw new PatchError(error.code, `Cannot apply JSON patch: operation ${index}: ${error.message}`);
      }
      throw error;
    }
  });
  if (exceedsDepth(draft.root, MAX_DEPTH)) throw tooDeep();
  return draft.root;
}

type Container = unknown[] | Record<string, unknown>;

class Draft {
  root: unknown;
  /** Containers made here, which may be changed in place. */
  #own = new Set<unknown>();
  #copiedLength = 0;

  constructor(document: unknown) {
    this.root = document;
  }

  apply(operation: JsonObject): void {
    const path = pointer(operation, "path");
    switch (operation["op"]) {
      case "add":
        return this.#add(path, valueOf(operation));
      case "remove":
        return this.#remove(path);
      case "replace":
        return this.#replace(path, valueOf(operation));
      case "test":
        return this.#test(path, valueOf(operation));
      case "move": {
        const from = pointer(operation, "from");
        const value = this.#get(from);
        this.#remove(from);
        return this.#add(path, value);
      }
      case "copy":
        return this.#add(path, this.#copyOf(pointer(operation, "from")));
      default:
        throw unapplicable(`unknown op ${stringifyJson(operation["op"])}`);
    }
  }

  #add(path: string, value: unknown): void {
    const [parent, key] = this.#parentOf(path);
    if (!Array.isArray(parent)) setKey(parent, key, value);
    else if (key === "-") parent.push(value);
    else parent.splice(indexOf(key, parent.length + 1, path), 0, value);
  }

  #remove(path: string): void {
    const [parent, key] = this.#parentOf(path);
    if (Array.isArray(parent)) {
      parent.splice(indexOf(key, parent.length, path), 1);
      return;
    }
    if (!Object.hasOwn(parent, key))
      throw unapplicable(`cannot remove ${JSON.stringify(path)}: it does not exist`);
    delete parent[key];
  }

  #replace(path: string, value: unknown): void {
    if (path === "") {
      if (typeof value !== "object" || value === null)
        throw unapplicable("the document must be an object or a list");
      this.root = value;
      return;
    }
    const [parent, key] = this.#parentOf(path);
    if (Array.isArray(parent)) parent[indexOf(key, parent.length, path)] = value;
    else setKey(parent, key, value);
  }

  #test(path: string, expected: unknown): void {
    const actual = this.#get(path) ?? null;
    if (!equalJson(actual, expected)) throw unapplicable(`test of ${JSON.stringify(path)} failed`);
  }

  /** `undefined` for an absent member of an object; throws when the way to it is absent. */
  #get(path: string): unknown {
    let value = this.root;
    const steps = stepsOf(path);
    steps.forEach((key, i) => {
      if (Array.isArray(value)) value = value[indexOf(key, value.length, path)];
      else if (isObject(value)) value = getKey(value, key);
      else throw missing(path);
      if (value == null && i < steps.length - 1) throw missing(path);
    });
    return value;
  }

  /** The container of `path`'s last step, made changeable together with the way to it. */
  #parentOf(path: string): readonly [parent: Container, key: string] {
    const steps = stepsOf(path);
    const key = steps.pop();
    if (key === undefined) throw unapplicable(`${JSON.stringify(path)} is not a pointer to a member`);
    let container = this.#owned(this.root, path);
    this.root = container;
    for (const step of steps) {
      if (Array.isArray(container)) {
        const index = indexOf(step, container.length, path);
        const next = this.#owned(container[index], path);
        container[index] = next;
        container = next;
      } else {
        const next = this.#owned(getKey(container, step), path);
        setKey(container, step, next);
        container = next;
      }
    }
    return [container, key];
  }

  #owned(value: unknown, path: string): Container {
    if (this.#own.has(value)) return value as Container;
    if (!Array.isArray(value) && !isObject(value)) throw missing(path);
    const copy = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }

  /** Two places will share the value, so nothing made so far may be changed in place any more. */
  #copyOf(from: string): unknown {
    const value = this.#get(from) ?? null;
    if (exceedsDepth(value, MAX_DEPTH)) throw tooDeep();
    this.#copiedLength += stringifyJson(value).length;
    if (this.#copiedLength > MAX_COPIED_LENGTH) {
      throw unapplicable(`the copies take ${this.#copiedLength} characters: limit is ${MAX_COPIED_LENGTH}`);
    }
    this.#own = new Set();
    return value;
  }
}

function pointer(operation: JsonObject, name: "path" | "from"): string {
  const text = operation[name];
  if (typeof text !== "string") throw unapplicable(`${name} must be a JSON pointer`);
  return text;
}

function valueOf(operation: JsonObject): unknown {
  return operation["value"] ?? null;
}

function stepsOf(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `"2"`, or `"-1"` for the last of `length` places. */
function indexOf(key: string, length: number, path: string): number {
  const number = /^[-+]?[0-9]+$/.test(key) ? Number(key) : Number.NaN;
  const index = number < 0 ? number + length : number;
  if (index >= 0 && index < length) return index;
  throw unapplicable(`${JSON.stringify(key)} in ${JSON.stringify(path)} is no index of a list of ${length}`);
}

/** Operations can nest what each of them alone could not. */
function tooDeep(): PatchError {
  return unapplicable(`Cannot apply JSON patch: the document is nested deeper than ${MAX_DEPTH} levels`);
}

function missing(path: string): PatchError {
  return unapplicable(`${JSON.stringify(path)} does not exist`);
}
