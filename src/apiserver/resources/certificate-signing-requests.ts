/** Certificate signing requests carry who made them, so that approvers can tell. */
import type { CertificateSigningRequest } from "#api";
import { NOTHING_EXTRA } from "../registry/registry.ts";
import type { Behaviour } from "./behaviour.ts";

export const certificateSigningRequests: Behaviour = {
  onCreate(draft, { request }) {
    const { spec } = draft as CertificateSigningRequest;
    const { name, uid, groups, extra } = request.user;
    spec.username = name;
    spec.uid = uid;
    spec.groups = [...groups];
    spec.extra = Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]]));
    if (uid === "") delete spec.uid;
    if (Object.keys(extra).length === 0) delete spec.extra;
    return NOTHING_EXTRA;
  },
};
