/**
 * The language that simulated containers are scripted in: a small subset of the POSIX shell, read from the
 * pod's own `command` and `args`, so that one pod spec behaves alike on the twin and on a real runtime with
 * busybox:
 *
 *   sh -c "sleep 5; exit 3"                              ends after 5 s with code 3
 *   sh -c "touch /tmp/ok; sleep 30; rm /tmp/ok; wait"    an exec probe `cat /tmp/ok` fails from second 30 on
 *   sh -c "trap 'exit 0' TERM; sleep 3600 & wait"        ends at once on SIGTERM (PID 1 needs the trap)
 *
 * Read here: words with quotes and `$NAME`, `;`, newline, `&`, `&&`, `||`, redirections (`> FILE`, `2>&1`,
 * `&> FILE`, `< FILE` ...), `while true; do ...; done`. `process.ts` runs it. Anything else is `undefined`: not of
 * this language, so the program is a plain server.
 */
import type { Redirection } from "./redirection.ts";

/** `sleep 1 > out 2>&1` is `words` and two redirections, in order. */
export interface Command {
  readonly kind: "run";
  readonly words: readonly Word[];
  readonly redirections: readonly (Redirection & { readonly target: Word })[];
}

export type ShellNode =
  | Command
  | { readonly kind: "sequence"; readonly parts: readonly ShellNode[] }
  | { readonly kind: "background"; readonly body: ShellNode }
  | { readonly kind: "and" | "or"; readonly left: ShellNode; readonly right: ShellNode }
  | { readonly kind: "forever"; readonly body: ShellNode };

/** Pieces of a word: literal text, or the name of a variable to put in its place. */
export type Word = readonly (string | { readonly variable: string })[];

type Token = { readonly operator: string } | { readonly redirect: string } | { readonly word: Word };

/** Parses a script; `undefined` when it uses more of the shell than this language has. */
export function parseShell(script: string): ShellNode | undefined {
  const tokens = tokenize(script);
  if (tokens === undefined) return undefined;
  const parser = new Parser(tokens);
  const node = parser.list([]);
  return node !== undefined && parser.atEnd() ? node : undefined;
}

/** The word's text, with variables looked up (absent ones are empty). */
export function expand(word: Word, variables: ReadonlyMap<string, string>): string {
  return word
    .map((piece) => (typeof piece === "string" ? piece : (variables.get(piece.variable) ?? "")))
    .join("");
}

const operators = ["&&", "||", ";", "\n", "&"];
/** `>`, `2>>`, `<`, `&>`, and whole `2>&1`; not `<<` nor `<(`. */
const redirecting = /^(?:[12]?>(?:&[12-]|[>|])?|0?<(?![<(&])|&>>?)/;
const unsupported = /[|`(){}*]/;

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const redirect = redirecting.exec(rest)?.[0];
    const operator = operators.find((one) => rest.startsWith(one));
    if (redirect !== undefined) {
      tokens.push({ redirect });
      at += redirect.length;
    } else if (operator !== undefined) {
      tokens.push({ operator: operator === "\n" ? ";" : operator });
      at += operator.length;
    } else if (/^[ \t]/.test(rest)) {
      at++;
    } else {
      const word = readWord(text, at);
      if (word === undefined) return undefined;
      tokens.push({ word: word.word });
      at = word.end;
    }
  }
  return tokens;
}

function readWord(text: string, start: number): { word: Word; end: number } | undefined {
  const pieces: (string | { variable: string })[] = [];
  let at = start;
  let quote = "";
  while (at < text.length) {
    const char = text[at] ?? "";
    if (quote === "" && /[ \t\n;&<>]/.test(char)) break;
    if (quote !== "'" && char === "$") {
      const name = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/.exec(text.slice(at));
      if (name === null) return undefined;
      pieces.push({ variable: name[1] ?? name[2] ?? "" });
      at += name[0].length;
      continue;
    }
    at++;
    if (char === quote) quote = "";
    else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      pieces.push("");
    } else if (quote !== "'" && char === "\\") pieces.push(text[at++] ?? "");
    else if (quote === "" && unsupported.test(char)) return undefined;
    else pieces.push(char);
  }
  return quote === "" && at > start ? { word: pieces, end: at } : undefined;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Commands up to the end or one of `stops`, which is consumed by the caller. */
  list(stops: readonly string[]): ShellNode | undefined {
    const parts: ShellNode[] = [];
    while (!this.atEnd() && !stops.includes(this.#keyword())) {
      if (this.#take(";")) continue;
      const node = this.#chain();
      if (node === undefined) return undefined;
      parts.push(this.#take("&") ? { kind: "background", body: node } : node);
    }
    return { kind: "sequence", parts };
  }

  #chain(): ShellNode | undefined {
    let left = this.#command();
    while (left !== undefined) {
      const kind = this.#take("&&") ? "and" : this.#take("||") ? "or" : undefined;
      if (kind === undefined) return left;
      const right = this.#command();
      left = right === undefined ? undefined : { kind, left, right };
    }
    return undefined;
  }

  #command(): ShellNode | undefined {
    if (this.#keyword() === "while") return this.#loop();
    const words: Word[] = [];
    const redirections: Command["redirections"][number][] = [];
    for (;;) {
      const sign = this.#redirect();
      const word = sign?.includes("&") && !sign.startsWith("&") ? [sign.slice(-1)] : this.#word();
      if (sign !== undefined) {
        if (word === undefined) return undefined;
        redirections.push({ ...meaning(sign), target: word });
        if (sign.startsWith("&")) redirections.push({ descriptor: 2, mode: "copy", target: ["1"] });
      } else if (word === undefined) break;
      else words.push(word);
    }
    return words.length + redirections.length === 0 ? undefined : { kind: "run", words, redirections };
  }

  #redirect(): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("redirect" in token)) return undefined;
    this.#at++;
    return token.redirect;
  }

  /** `while true; do LIST; done`, the only loop. */
  #loop(): ShellNode | undefined {
    for (const expected of ["while", "true", ";", "do"]) {
      if (this.#keyword() !== expected && !this.#isOperator(expected)) return undefined;
      this.#at++;
    }
    const body = this.list(["done"]);
    if (body === undefined || this.#keyword() !== "done") return undefined;
    this.#at++;
    return { kind: "forever", body };
  }

  #word(): Word | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("word" in token)) return undefined;
    this.#at++;
    return token.word;
  }

  /** The literal text of the next word, or "". */
  #keyword(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("word" in token)) return "";
    return token.word.every((piece) => typeof piece === "string") ? token.word.join("") : "";
  }

  #isOperator(operator: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && "operator" in token && token.operator === operator;
  }

  #take(operator: string): boolean {
    if (!this.#isOperator(operator)) return false;
    this.#at++;
    return true;
  }
}

function meaning(sign: string): Redirection {
  if (sign.endsWith("<")) return { descriptor: 0, mode: "read" };
  const descriptor = sign.startsWith("2") ? 2 : 1;
  if (/>&/.test(sign)) return { descriptor, mode: "copy" };
  return { descriptor, mode: sign.endsWith(">>") ? "append" : "write" };
}
