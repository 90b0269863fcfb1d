/** Paths inside volumes: relative, and without `..` steps that would leave the volume. */

/** `["must be a relative path"]` and so on. */
export function relativePath(path: string): readonly string[] {
  const absolute = path.startsWith("/") ? ["must be a relative path"] : [];
  return [...absolute, ...noBacksteps(path)];
}

/** No step is `..`. */
export function noBacksteps(path: string): readonly string[] {
  return path.split("/").includes("..") ? ["must not contain '..'"] : [];
}

/**
 * A relative path that does not even begin with two dots, since volumes keep their own data under such names.
 */
export function nonReservedPath(path: string): readonly string[] {
  const steps = relativePath(path);
  const reserved = path.startsWith("..") && !path.startsWith("../") && path !== "..";
  return reserved ? [...steps, "must not start with '..'"] : steps;
}
