/**
 * The one gate of the API server, for sockets and in-process callers alike: authenticate,
 * audit, impersonate, fairness, authorize, and only then the request itself. Every error becomes a Status
 * here.
 */
import { CodedError, type Env, messageOf } from "#base";
import { StatusError, internal, unknownPath } from "#api";
import { bytesAnswer, dataAnswer, isInProcess, lineAnswer } from "./answers.ts";
import type { Authenticator } from "./authn/authenticator.ts";
import { withoutToken } from "./authn/web-socket-token.ts";
import { impersonated } from "./authn/impersonation.ts";
import { attributesOf, refused } from "./authz/attributes.ts";
import type { AuthorizerChain } from "./authz/chain.ts";
import type { Answer, Call } from "./call.ts";
import type { Fairness } from "./fairness/fairness.ts";
import type { Flow } from "./fairness/flow.ts";
import type { Negotiator } from "./negotiate.ts";
import { encodeStatus } from "./registry/encoding.ts";
import { type RequestInfo, requestInfo } from "./request-info.ts";
import type { RequestMetrics } from "./request-metrics.ts";
import { anonymous, type User } from "./user.ts";

/** A request that has passed the gate. */
export interface Admitted {
  readonly call: Call;
  readonly info: RequestInfo;
  readonly user: User;
  readonly now: number;
}

/** Serves what lies behind the gate; `undefined` when the path is nobody's. */
type Handler = (admitted: Admitted) => Promise<Answer | undefined> | Answer | undefined;

/** Sees every request twice: when it is known who asks what, and with its answer's status. */
export interface Audit {
  received(admitted: Admitted): void;
  completed(admitted: Admitted, status: number): void;
}

export interface GateDeps {
  readonly authenticator: Authenticator;
  readonly authorizers: AuthorizerChain;
  readonly fairness: Fairness;
  readonly metrics: RequestMetrics;
  readonly audit: Audit | undefined;
  readonly negotiator: Negotiator;
  readonly handler: Handler;
}

export class Gate {
  readonly #env: Env;
  readonly #deps: GateDeps;

  constructor(env: Env, deps: GateDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Answers with any status; rejects only when the caller goes away. */
  async handle(call: Call): Promise<Answer> {
    const start = this.#env.clock.monotonic();
    const info = requestInfo(call.method, call.target);
    let caller: User | undefined;
    let flow: Flow | undefined;
    let answer: Answer;
    try {
      caller = this.#deps.authenticator.authenticate(call);
      const admitted = this.#known(call, info, caller);
      flow = this.#deps.fairness.flowOf(admitted.user, info);
      answer = await this.#serve(admitted, flow);
    } catch (error) {
      call.signal.throwIfAborted();
      answer = this.#refusal(call, error);
    }
    this.#deps.metrics.observe(info, answer.status, this.#env.clock.monotonic() - start);
    const audit = call.header("audit-id") ?? this.#env.random.uuid();
    const headers = {
      "audit-id": audit,
      "cache-control": "no-cache, private",
      ...flow?.headers,
      ...answer.headers,
    };
    const whole = { status: answer.status, headers, body: answer.body };
    return caller === undefined || caller === anonymous ? { ...whole, isLast: true } : whole;
  }

  /** The request as it counts from here on: whose it is, impersonation considered. */
  #known(call: Call, info: RequestInfo, caller: User): Admitted {
    const user = impersonated(call, caller, info, this.#deps.authorizers);
    const admitted = { call: withoutToken(call), info, user, now: this.#env.clock.now() };
    this.#deps.audit?.received(admitted);
    return admitted;
  }

  async #serve(admitted: Admitted, flow: Flow | undefined): Promise<Answer> {
    const { audit, fairness, handler } = this.#deps;
    const { call, info, user } = admitted;
    const leave = fairness.tryEnter(flow, info) ?? (await fairness.enter(flow, user, info, call.signal));
    try {
      this.#authorize(user, info);
      const answer = await handler(admitted);
      if (answer === undefined && info.isResource) throw unknownPath();
      const found = answer ?? lineAnswer(404, "404 page not found\n");
      audit?.completed(admitted, found.status);
      return found;
    } finally {
      leave();
    }
  }

  #authorize(user: User, info: RequestInfo): void {
    const attributes = attributesOf(user, info);
    const decision = this.#deps.authorizers.authorize(attributes);
    if (!decision.allowed) throw refused(attributes, decision.reason);
  }

  #refusal(call: Call, error: unknown): Answer {
    const status = error instanceof StatusError ? error : this.#unexpected(call, error);
    const answer = this.#statusAnswer(call, status);
    const retry = status.details?.retryAfterSeconds ?? 0;
    const headers = { ...answer.headers, ...(retry > 0 ? { "retry-after": String(retry) } : {}) };
    return { ...answer, headers };
  }

  #statusAnswer(call: Call, status: StatusError): Answer {
    if (isInProcess(call)) return dataAnswer(status.code, status.toStatus());
    const encoding = this.#deps.negotiator.preferred(call);
    return bytesAnswer(status.code, encoding, encodeStatus(status.toStatus(), encoding));
  }

  #unexpected(call: Call, error: unknown): StatusError {
    // Where it was thrown says something only of what nobody has a code for.
    const isKnown = error instanceof CodedError || !(error instanceof Error);
    const text = isKnown ? messageOf(error) : (error.stack ?? error.message);
    this.#env.log.error("Request failed unexpectedly", {
      method: call.method,
      target: call.target,
      error: text,
    });
    return internal(error instanceof Error ? error.message : "unknown error", error);
  }
}
