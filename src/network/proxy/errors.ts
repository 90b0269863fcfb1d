/** Errors of the proxy. */
import { CodedError } from "#base";

/** `refused`: the kernel took nothing of a transaction; `broken`: it is not known whether it did. */
export type ProxyErrorCode = "refused" | "broken";

export class ProxyError extends CodedError<ProxyErrorCode> {}
