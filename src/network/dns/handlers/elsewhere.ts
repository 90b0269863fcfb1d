/** Everything else: asked of the upstreams, when the asker wants recursion and there are any. */
import { bare, type DnsHandler } from "../handler.ts";

export const elsewhere: DnsHandler = {
  name: "elsewhere",
  answer(query, { forward }, signal) {
    if (forward === undefined || !query.recursionDesired) return bare("REFUSED");
    return forward(query, signal);
  },
};
