/** `/openapi/v2` and `/openapi/v3`: placeholder until the documents land. */
import type { Answer } from "../call.ts";
import type { Catalog } from "../catalog.ts";
import type { Admitted } from "../gate.ts";

export class OpenApiEndpoints {
  constructor(_catalog: Catalog) {}
  answer(_admitted: Admitted): Answer | undefined {
    return undefined;
  }
}
