/**
 * Options of deletes: from the body or from the query, never both mixed; upstream's checks and their words.
 */
import { FieldErrors, badRequest, invalid } from "#api";
import { isTrue } from "../request-info.ts";
import { checkDryRun, type ResourceRequest } from "./resource-request.ts";
import { decodeOptions } from "./decoding.ts";

export type Propagation = "Orphan" | "Background" | "Foreground";

/** Checked options. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly graceSeconds: number | undefined;
  readonly propagation: Propagation | undefined;
  /** The old form of `propagation`; decides the status code of the answer. */
  readonly orphanDependents: boolean | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

/** The wire form (meta/v1 DeleteOptions), as far as it is known. */
interface DeleteOptionsBody {
  readonly dryRun?: readonly string[] | null;
  readonly gracePeriodSeconds?: number | null;
  readonly propagationPolicy?: string | null;
  readonly orphanDependents?: boolean | null;
  readonly preconditions?: { readonly uid?: string | null; readonly resourceVersion?: string | null } | null;
}

const PROPAGATIONS = ["Foreground", "Background", "Orphan"];

/** Reads and checks the options of a delete. Throws 400 or 422. */
export async function deleteOptions(request: ResourceRequest): Promise<DeleteOptions> {
  return checkedOptions((await decodeOptions(request)) ?? fromQuery(request.info.query));
}

/** Checks options as they were sent. Throws 422. */
export function checkedOptions(body: DeleteOptionsBody): DeleteOptions {
  const errors = new FieldErrors();
  const dryRun = checkDryRun(body.dryRun ?? [], errors);
  const propagation = body.propagationPolicy ?? undefined;
  const orphan = body.orphanDependents ?? undefined;
  if (propagation !== undefined && orphan !== undefined) {
    errors.invalid(
      "propagationPolicy",
      propagation,
      "orphanDependents and deletionPropagation cannot be both set",
    );
  }
  if (propagation !== undefined && !PROPAGATIONS.includes(propagation)) {
    errors.notSupported("propagationPolicy", propagation, [...PROPAGATIONS, "nil"]);
  }
  if (!errors.empty) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  return {
    dryRun,
    graceSeconds: graceOf(body.gracePeriodSeconds ?? undefined),
    propagation: (propagation as Propagation | undefined) ?? fromOrphan(orphan),
    orphanDependents: orphan,
    uid: body.preconditions?.uid ?? undefined,
    resourceVersion: body.preconditions?.resourceVersion ?? undefined,
  };
}

/** A negative grace is one second, as upstream. */
export function graceOf(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds < 0 ? 1 : seconds;
}

function fromOrphan(orphan: boolean | undefined): Propagation | undefined {
  if (orphan === undefined) return undefined;
  return orphan ? "Orphan" : "Background";
}

function fromQuery(query: URLSearchParams): DeleteOptionsBody {
  const grace = query.get("gracePeriodSeconds");
  if (grace !== null && !/^-?[0-9]+$/.test(grace))
    throw badRequest(`gracePeriodSeconds: ${JSON.stringify(grace)} is not a number`);
  const orphan = query.get("orphanDependents");
  return {
    dryRun: query.getAll("dryRun"),
    gracePeriodSeconds: grace === null ? null : Number(grace),
    propagationPolicy: query.get("propagationPolicy"),
    orphanDependents: orphan === null ? null : isTrue(orphan),
  };
}
