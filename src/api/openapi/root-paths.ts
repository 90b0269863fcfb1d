/** The paths that are no resources: discovery of groups and versions, the version of the server, the issuer of tokens. */
import type { Resource } from "../resource.ts";
import type { Type } from "../schema/mod.ts";
import { field, message, omitempty, type Plain, type Shape, string } from "../schema/mod.ts";
import { meta } from "../types/mod.ts";
import { type Operation, writeOperation } from "./operation.ts";
import type { OpenApiSchema } from "./scalar-schemas.ts";
import type { SchemaBuilder } from "./schema-builder.ts";

/** One path with its only operation, and the document of version 3 that it stands in (`"apis/apps"`). */
export interface RootPath {
  readonly document: string;
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly description: string;
  /** Absent: a text. */
  readonly answer?: Type;
  /** Default: as resources have. */
  readonly answerTypes?: readonly string[];
}

interface Info extends Shape<typeof Info>, Plain {}
/** What `/version` answers. */
export const Info = message<Info>("Info")({
  major: field(1, string),
  minor: field(2, string),
  emulationMajor: omitempty(3, string),
  emulationMinor: omitempty(4, string),
  minCompatibilityMajor: omitempty(5, string),
  minCompatibilityMinor: omitempty(6, string),
  gitVersion: field(7, string),
  gitCommit: field(8, string),
  gitTreeState: field(9, string),
  buildDate: field(10, string),
  goVersion: field(11, string),
  compiler: field(12, string),
  platform: field(13, string),
});
export const INFO_NAME = "io.k8s.apimachinery.pkg.version.Info";

const JSON_ONLY = ["application/json"];

/** Of the server as a whole. */
const WHOLE: readonly RootPath[] = [
  {
    document: "api",
    path: "/api/",
    id: "getCoreAPIVersions",
    tag: "core",
    description: "get available API versions",
    answer: meta.APIVersions,
  },
  {
    document: "apis",
    path: "/apis/",
    id: "getAPIVersions",
    tag: "apis",
    description: "get available API versions",
    answer: meta.APIGroupList,
  },
  {
    document: "version",
    path: "/version/",
    id: "getCodeVersion",
    tag: "version",
    description: "get the version information for this server",
    answer: Info,
    answerTypes: JSON_ONLY,
  },
  {
    document: ".well-known/openid-configuration",
    path: "/.well-known/openid-configuration",
    id: "getServiceAccountIssuerOpenIDConfiguration",
    tag: "WellKnown",
    description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
    answerTypes: JSON_ONLY,
  },
  {
    document: "openid/v1/jwks",
    path: "/openid/v1/jwks",
    id: "getServiceAccountIssuerOpenIDKeyset",
    tag: "openid",
    description:
      "get service account issuer OpenID JSON Web Key Set (contains public token verification keys)",
    answerTypes: ["application/jwk-set+json"],
  },
];

/** All of them: those of the server, of each group, and of each version. */
export function rootPathsOf(resources: readonly Pick<Resource, "group" | "version">[]): readonly RootPath[] {
  const groups = new Set(resources.map(({ group }) => group).filter((group) => group !== ""));
  const versions = new Map(resources.map((one) => [documentOf(one), one]));
  return [
    ...WHOLE,
    ...[...groups].map((group) => ({
      document: `apis/${group}`,
      path: `/apis/${group}/`,
      id: `get${titleOf(group)}APIGroup`,
      tag: lower(titleOf(group)),
      description: "get information of a group",
      answer: meta.APIGroup,
    })),
    ...[...versions].map(([document, { group, version }]) => ({
      document,
      path: `/${document}/`,
      id: `get${titleOf(group)}${capital(version)}APIResources`,
      tag: `${lower(titleOf(group))}_${version}`,
      description: "get available resources",
      answer: meta.APIResourceList,
    })),
  ];
}

/** The path item. */
export function writeRootPath(root: RootPath, schemas: SchemaBuilder): OpenApiSchema {
  const { id, tag, description, answer, answerTypes } = root;
  const operation: Operation = {
    id,
    tag,
    description,
    query: [],
    answer: answer === undefined ? undefined : schemas.of(answer),
    ...(answerTypes === undefined ? {} : { answerTypes }),
    codes: [200],
  };
  return { get: writeOperation(operation, schemas.version) };
}

/** The document that resources stand in: `api/v1`, `apis/apps/v1`. */
export function documentOf({ group, version }: Pick<Resource, "group" | "version">): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** `Core`, `Apps`, `RbacAuthorization`, as ids and tags have them. */
export function titleOf(group: string): string {
  const words = (group === "" ? "core" : group.replace(/\.k8s\.io$/, "")).split(".");
  return words.map(capital).join("");
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
