/**
 * The trap: while simulated code is on the stack, the real world is out of reach. Whatever would make two
 * runs of one seed differ (real time, real randomness, real timers, the collector, the locale) throws
 * `SimError` `trapped`; outside turns everything works as ever. Modules of Node are not covered: the walls
 * between rooms keep those out.
 */
import { SimError } from "./sim-error.ts";

/** Tells whether simulated code is running: `SimWorld` is one. */
export interface TurnSource {
  readonly inTurn: boolean;
}

/**
 * The one state of a process that worlds share, since globals are shared: who may trap, and how to undo it.
 * The first world replaces the globals, the last one restores them.
 */
const sources = new Set<TurnSource>();
let undo: (() => void)[] = [];

/** Sets the trap for the turns of `source`; disposing it is idempotent, and legal in any order. */
export function installTrap(source: TurnSource): Disposable {
  if (sources.size === 0) undo = replaceGlobals();
  sources.add(source);
  return {
    [Symbol.dispose]: () => {
      if (!sources.delete(source) || sources.size > 0) return;
      for (const restore of undo.splice(0).reverse()) restore();
    },
  };
}

function refuse(name: string): void {
  for (const source of sources) {
    if (source.inTurn) throw new SimError("trapped", `Cannot use ${name} in simulation: take it from Env`);
  }
}

const localDateMethods = [
  "getTimezoneOffset",
  "getFullYear",
  "getMonth",
  "getDate",
  "getDay",
  "getHours",
  "toString",
  "toDateString",
  "toTimeString",
  "toLocaleString",
  "toLocaleDateString",
  "toLocaleTimeString",
] as const;

/** What is replaced, as (where, name shown, property names). Order matters for nothing. */
function targets(): readonly (readonly [object, string, readonly string[]])[] {
  return [
    [globalThis, "", ["setTimeout", "setInterval", "setImmediate", "fetch"]],
    [Math, "Math.", ["random"]],
    [performance, "performance.", ["now"]],
    [process.hrtime, "process.hrtime.", ["bigint"]],
    [process, "process.", ["hrtime"]],
    [crypto, "crypto.", ["randomUUID", "getRandomValues"]],
    [AbortSignal, "AbortSignal.", ["timeout"]],
    [Date.prototype, "Date.prototype.", localDateMethods],
    [Number.prototype, "Number.prototype.", ["toLocaleString"]],
    [BigInt.prototype, "BigInt.prototype.", ["toLocaleString"]],
    [Array.prototype, "Array.prototype.", ["toLocaleString"]],
    [String.prototype, "String.prototype.", ["localeCompare", "toLocaleLowerCase", "toLocaleUpperCase"]],
  ];
}

function replaceGlobals(): (() => void)[] {
  const restores: (() => void)[] = [];
  for (const [where, prefix, names] of targets()) {
    for (const name of names)
      restores.push(replace(where, name, guardFunction(where, name, `${prefix}${name}`)));
  }
  restores.push(replaceGetter(crypto, "subtle", "crypto.subtle"));
  for (const name of ["WeakRef", "FinalizationRegistry"]) {
    restores.push(replace(globalThis, name, guardClass(Reflect.get(globalThis, name) as Constructor, name)));
  }
  restores.push(replace(globalThis, "Date", guardDate(Date)));
  restores.push(replaceGetter(globalThis, "Intl", "Intl"));
  return restores;
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => object;

function guardFunction(where: object, name: string, shown: string): AnyFunction {
  const real = Reflect.get(where, name) as AnyFunction;
  return new Proxy(real, {
    apply(target, self, args) {
      refuse(shown);
      return Reflect.apply(target, self, args);
    },
  });
}

function guardClass(real: Constructor, shown: string): Constructor {
  return new Proxy(real, {
    construct(target, args, newTarget) {
      refuse(shown);
      return Reflect.construct(target, args, newTarget);
    },
  });
}

/** `new Date(ms)`, `Date.UTC()` and `Date.parse()` are functions of their arguments, and stay. */
function guardDate(real: DateConstructor): DateConstructor {
  return new Proxy(real, {
    construct(target, args, newTarget) {
      if (args.length === 0) refuse("new Date()");
      return Reflect.construct(target, args, newTarget);
    },
    apply(target, self, args) {
      refuse("Date()");
      return Reflect.apply(target, self, args);
    },
    get(target, key) {
      if (key === "now") refuse("Date.now");
      return Reflect.get(target, key);
    },
  });
}

function replace(where: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(where, name);
  Object.defineProperty(where, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  return () => restore(where, name, own);
}

function replaceGetter(where: object, name: string, shown: string): () => void {
  const own = Object.getOwnPropertyDescriptor(where, name);
  const real: unknown = Reflect.get(where, name);
  const get = () => {
    refuse(shown);
    return real;
  };
  Object.defineProperty(where, name, { get, configurable: true, enumerable: own?.enumerable ?? false });
  return () => restore(where, name, own);
}

function restore(where: object, name: string, own: PropertyDescriptor | undefined): void {
  if (own === undefined) Reflect.deleteProperty(where, name);
  else Object.defineProperty(where, name, own);
}
