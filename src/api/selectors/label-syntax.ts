/**
 * The text form of label selectors:
 *
 *   selector    = [ requirement { "," requirement } ]
 *   requirement = [ "!" ] key | key operator value | key ( "in" | "notin" ) "(" value { "," value } ")"
 *   operator    = "=" | "==" | "!=" | ">" | "<"
 *
 * Spaces mean nothing; a value may be empty (`app=`). Each error quotes the text and what was found.
 */
import { SelectorError } from "./errors.ts";
import { MAX_SELECTOR_LENGTH } from "./limits.ts";
import { type Operator, type Requirement, requirement } from "./requirement.ts";

const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!<>(),])|([^ \t\r\n=!<>(),]+))/y;

interface Token {
  readonly text: string;
  readonly word: boolean;
}

const END: Token = { text: "", word: false };

/** The requirements in the order of the text. Throws `SelectorError`. */
export function parseRequirements(text: string): Requirement[] {
  if (text.length > MAX_SELECTOR_LENGTH) {
    throw new SelectorError(
      "syntax",
      `Cannot parse a selector of ${text.length} characters: limit is ${MAX_SELECTOR_LENGTH}`,
    );
  }
  return new LabelSyntax(text).selector();
}

class LabelSyntax {
  readonly #text: string;
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  selector(): Requirement[] {
    const found: Requirement[] = [];
    if (this.#peek() === END) return found;
    for (;;) {
      found.push(this.#requirement());
      const token = this.#take();
      if (token === END) return found;
      if (token.text !== "," || token.word) this.#fail(token, "',' or the end");
      if (this.#peek() === END) this.#fail(END, "a label key after ','");
    }
  }

  #requirement(): Requirement {
    if (this.#accept("!")) return requirement(this.#key(), "!", []);
    const key = this.#key();
    const token = this.#peek();
    if (token === END || token.text === ",") return requirement(key, "exists", []);
    const operator = operatorOf(this.#take());
    if (operator === undefined) this.#fail(token, "one of '=', '==', '!=', 'in', 'notin', '>', '<'");
    if (operator === "in" || operator === "notin") return requirement(key, operator, this.#values());
    return requirement(key, operator, [this.#value()]);
  }

  #key(): string {
    const token = this.#take();
    if (!token.word) this.#fail(token, "a label key");
    return token.text;
  }

  #value(): string {
    return this.#peek().word ? this.#take().text : "";
  }

  #values(): string[] {
    if (!this.#accept("(")) this.#fail(this.#peek(), "'('");
    const values = [this.#value()];
    while (this.#accept(",")) values.push(this.#value());
    if (!this.#accept(")")) this.#fail(this.#peek(), "',' or ')'");
    return values;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? END;
  }

  #take(): Token {
    return this.#tokens[this.#next++] ?? END;
  }

  #accept(symbol: string): boolean {
    const token = this.#peek();
    if (token.word || token.text !== symbol) return false;
    this.#next++;
    return true;
  }

  #fail(found: Token, expected: string): never {
    const what = found === END ? "the end" : JSON.stringify(found.text);
    throw new SelectorError(
      "syntax",
      `Cannot parse label selector ${JSON.stringify(this.#text)}: found ${what}, expected ${expected}`,
    );
  }
}

function operatorOf(token: Token): Operator | undefined {
  switch (token.text) {
    case "=":
    case "==":
    case "!=":
    case "in":
    case "notin":
    case ">":
    case "<":
      return token.text;
    default:
      return undefined;
  }
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    tokens.push({ text: match[1] ?? match[2] ?? "", word: match[2] !== undefined });
  }
  return tokens;
}
