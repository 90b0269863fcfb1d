/** Whether tolerations cover a taint, as upstream's `ToleratesTaint`. */

interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
}

interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
}

/** True when one of `tolerations` covers `taint`. An empty effect or key covers all. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => covers(toleration, taint));
}

function covers(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? "") !== "" && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? "") !== "" && toleration.key !== taint.key) return false;
  const operator = toleration.operator ?? "";
  if (operator === "Exists") return true;
  return (operator === "" || operator === "Equal") && (toleration.value ?? "") === (taint.value ?? "");
}
