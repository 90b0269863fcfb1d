/**
 * `/statusz` and `/flagz` of a component: since when it runs, as which version, and what it was told (KEP-4827, KEP-4828). Text for
 * people, whose delimiter is drawn so that nobody parses it; and for programs, who ask for it by name, objects of
 * `config.k8s.io`.
 */
import type { Env } from "#base";
import { parseAccept } from "./codec/accept.ts";
import { stringifyJson } from "./codec/encode-json.ts";
import { stringifyYaml } from "./codec/yaml.ts";
import { notAcceptable } from "./status.ts";
import { rfc3339 } from "./time.ts";
import { kubernetesVersion } from "./version.ts";

/** One answer, whole. */
export interface ZPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Content {
  readonly kind: "Statusz" | "Flagz";
  /** What the object has beside its name. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** With that between a name and its value. */
  text(delimiter: string): string;
}

const group = "config.k8s.io";
const current = "v1beta1";
const deprecated = "v1alpha1";
const structured: Readonly<Record<string, (value: unknown) => string>> = {
  "application/json": (value) => `${stringifyJson(value)}\n`,
  "application/yaml": stringifyYaml,
};
const plain = "text/plain";
const delimiters = [":", ": ", "=", " "];
const warning =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is " +
  "for debugging purposes only.";

/** Both pages of one component. */
export class ZPages {
  readonly #component: string;
  readonly #env: Pick<Env, "clock" | "program" | "random">;
  readonly #paths: readonly string[];
  #flagz: string | undefined;

  /** `paths`: the others that it serves for those who look after it, sorted. */
  constructor(env: Pick<Env, "clock" | "program" | "random">, component: string, paths: readonly string[]) {
    this.#env = env;
    this.#component = component;
    this.#paths = paths;
  }

  /** Undefined for other paths; 406 for an Accept header that asks for nothing that there is. */
  answer(path: string, accept: string | undefined): ZPage | undefined {
    if (path === "/statusz") return this.#page(this.#statusz(), accept);
    if (path === "/flagz") return this.#page(this.#flags(), accept);
    return undefined;
  }

  #page(content: Content, accept: string | undefined): ZPage {
    const form = choose(accept, content.kind);
    if (form === undefined) {
      const refusal = notAcceptable([plain, ...Object.keys(structured)]);
      return page(refusal.code, "application/json", `${stringifyJson(refusal.toStatus())}\n`);
    }
    const { media, version } = form;
    const encode = structured[media];
    if (encode === undefined) return page(200, `${plain}; charset=utf-8`, this.#text(content));
    const { kind, fields } = content;
    const metadata = { name: this.#component };
    const body = encode({ kind, apiVersion: `${group}/${version}`, metadata, ...fields });
    const old = `299 - "This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version."`;
    return page(200, media, body, version === deprecated ? { warning: old } : {});
  }

  /** That of the flags, which do not change, stays as it was first. */
  #text({ kind, text }: Content): string {
    if (kind === "Flagz" && this.#flagz !== undefined) return this.#flagz;
    const delimiter = delimiters[this.#env.random.below(delimiters.length)] ?? ":";
    const whole = `\n${this.#component} ${kind.toLowerCase()}\n${warning}\n${text(delimiter)}`;
    if (kind === "Flagz") this.#flagz = whole;
    return whole;
  }

  #statusz(): Content {
    const { startedMs } = this.#env.program;
    const uptimeSeconds = Math.max(0, Math.floor((this.#env.clock.now() - startedMs) / 1000));
    const binaryVersion = kubernetesVersion.replace(/^v|\+.*$/g, "");
    const emulationVersion = binaryVersion.replace(/\.\d+$/, "");
    const paths = this.#paths;
    const lines = [
      ["Started", unixDate(startedMs)],
      ["Up", duration(uptimeSeconds)],
      ["Go version", ""],
      ["Binary version", binaryVersion],
      ["Emulation version", emulationVersion],
      ["Paths", paths.join(" ")],
    ];
    return {
      kind: "Statusz",
      fields: { startTime: rfc3339(startedMs), uptimeSeconds, binaryVersion, emulationVersion, paths },
      text: (delimiter) => `\n${lines.map(([name, value]) => `${name}${delimiter} ${value}\n`).join("")}`,
    };
  }

  #flags(): Content {
    const { flags } = this.#env.program;
    const lines = Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      kind: "Flagz",
      fields: { flags },
      text: (delimiter) => lines.map(([name, value]) => `${name}${delimiter}${value}\n`).join(""),
    };
  }
}

/** The first clause that can be served decides. Text takes no transformation, and objects need one. */
function choose(
  accept: string | undefined,
  kind: string,
): { readonly media: string; readonly version: string } | undefined {
  for (const { type, parameters } of parseAccept(accept?.trim() || plain)) {
    const of = (name: string): string | undefined => parameters.get(name);
    const version = of("v") ?? "";
    const isTransformed = of("as") !== undefined || of("g") !== undefined || of("v") !== undefined;
    const isObject =
      of("as") === kind && of("g") === group && (version === current || version === deprecated);
    for (const media of [...Object.keys(structured), plain]) {
      const isNamed = [media, `${media.split("/", 1)[0]}/*`, "*/*"].includes(type);
      if (isNamed && (media === plain ? !isTransformed : isObject)) return { media, version };
    }
  }
  return undefined;
}

function page(
  status: number,
  contentType: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ZPage {
  return { status, headers: { "content-type": contentType, ...headers }, body };
}

/** `Mon Jul 20 06:14:02 UTC 2026`, as Go's `time.UnixDate`. */
function unixDate(ms: number): string {
  const [weekday = "", day, month, year, time] = new Date(ms).toUTCString().split(" ");
  return `${weekday.slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} UTC ${year}`;
}

/** `3 hr 02 min 42 sec` */
function duration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)} hr ${two(Math.floor(seconds / 60) % 60)} min ${two(seconds % 60)} sec`;
}
