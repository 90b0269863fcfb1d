/**
 * Image references as container engines read them: `[registry/]repository[:tag][@digest]`. The kubelet only
 * refuses what cannot be parsed and adds `:latest` where neither tag nor digest is given
 * (distribution/reference grammar).
 */

const part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const host = `(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?`;
const tagText = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const algorithm = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*";
const reference = new RegExp(
  `^(?:(${host})/)?(${part}(?:/${part})*)(?::(${tagText}))?(?:@(${algorithm}:[0-9a-fA-F]{32,}))?$`,
);

export interface ImageReference {
  /** `docker.io` when none is written. */
  readonly registry: string;
  /** `library/nginx` for `nginx` of docker.io. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** `undefined` when the text is no reference. */
export function parseImageReference(image: string): ImageReference | undefined {
  if (image.length > 1024) return undefined;
  const first = image.slice(0, Math.max(image.indexOf("/"), 0));
  const hasHost =
    first !== "" && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const match = reference.exec(hasHost ? image : `docker.io/${image}`);
  if (match === null) return undefined;
  const registry = match[1] ?? "docker.io";
  const name = match[2] ?? "";
  const repository = registry === "docker.io" && !name.includes("/") ? `library/${name}` : name;
  return { registry, repository, tag: match[3], digest: match[4] };
}

/**
 * The image with `:latest` added where it has neither tag nor digest; `undefined` when it is no reference.
 */
export function withDefaultTag(image: string): string | undefined {
  const parsed = parseImageReference(image);
  if (parsed === undefined) return undefined;
  return parsed.tag === undefined && parsed.digest === undefined ? `${image}:latest` : image;
}

/** `docker.io/library/nginx:latest`, the form that engines list. */
export function canonicalName(parsed: ImageReference): string {
  const tag = parsed.tag ?? (parsed.digest === undefined ? "latest" : undefined);
  const digest = parsed.digest === undefined ? "" : `@${parsed.digest}`;
  return `${parsed.registry}/${parsed.repository}${tag === undefined ? "" : `:${tag}`}${digest}`;
}
