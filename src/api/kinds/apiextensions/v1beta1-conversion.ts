/**
 * Between CustomResourceDefinition v1 and the beta form that upstream stores: what all versions share stands
 * once at the top of the spec, `version` repeats the first one's name, the webhook's parts lie beside the
 * strategy, and printer columns spell `JSONPath`.
 */
import { identical } from "../../equal.ts";
import type { KubeObject } from "../../schema/mod.ts";
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from "../../types/apiextensions/mod.ts";

type V1Version = CustomResourceDefinitionVersion;
type V1Column = NonNullable<V1Version["additionalPrinterColumns"]>[number];
type BetaColumn = Omit<V1Column, "jsonPath"> & { JSONPath: string };

/** What may stand at the top or in each version. */
interface Shared {
  validation?: NonNullable<V1Version["schema"]>;
  subresources?: NonNullable<V1Version["subresources"]>;
  additionalPrinterColumns?: BetaColumn[];
  selectableFields?: NonNullable<V1Version["selectableFields"]>;
}

type BetaVersion = Omit<V1Version, "schema" | "subresources" | "additionalPrinterColumns"> &
  Omit<Shared, "validation"> & { schema?: NonNullable<V1Version["schema"]> };

interface BetaSpec extends Omit<CustomResourceDefinitionSpec, "versions" | "conversion">, Shared {
  version?: string;
  versions?: BetaVersion[];
  conversion?: { strategy: string; webhookClientConfig?: unknown; conversionReviewVersions?: string[] };
}

interface Beta extends KubeObject {
  spec: BetaSpec;
  status: CustomResourceDefinition["status"];
}

/** Fields that move up, by their names in a version and at the top. */
const movable = [
  ["schema", "validation"],
  ["subresources", "subresources"],
  ["additionalPrinterColumns", "additionalPrinterColumns"],
  ["selectableFields", "selectableFields"],
] as const;

/** The stored form. */
export function toBeta(object: CustomResourceDefinition): KubeObject {
  const { versions: served, conversion, ...spec } = object.spec;
  const versions = (served ?? []).map(betaVersion);
  const beta: BetaSpec = { ...spec, preserveUnknownFields: spec.preserveUnknownFields ?? false, versions };
  if (versions[0] !== undefined) beta.version = versions[0].name;
  for (const [inVersion, atTop] of movable) {
    const first = versions[0]?.[inVersion];
    if (first === undefined || !versions.every((version) => identical(version[inVersion], first))) continue;
    Object.assign(beta, { [atTop]: first });
    for (const version of versions) delete version[inVersion];
  }
  if (conversion !== undefined) {
    const { strategy, webhook } = conversion;
    beta.conversion = {
      strategy,
      ...(webhook?.clientConfig === undefined ? {} : { webhookClientConfig: webhook.clientConfig }),
      ...(webhook === undefined ? {} : { conversionReviewVersions: webhook.conversionReviewVersions }),
    };
  }
  return { ...object, apiVersion: "apiextensions.k8s.io/v1beta1", spec: beta } as KubeObject;
}

function betaVersion({ additionalPrinterColumns: columns, ...version }: V1Version): BetaVersion {
  if (columns === undefined) return version;
  return {
    ...version,
    additionalPrinterColumns: columns.map(({ jsonPath, ...rest }) => ({ ...rest, JSONPath: jsonPath })),
  };
}

/** The served form of what is stored, by us or by an older server. */
export function fromBeta(stored: KubeObject): CustomResourceDefinition {
  const { spec, ...object } = stored as Beta;
  const {
    version,
    versions: listed,
    validation,
    subresources,
    additionalPrinterColumns,
    selectableFields,
    conversion,
    ...rest
  } = spec;
  // Before there were several versions, the one was served and stored.
  const versions = listed ?? (version === undefined ? [] : [{ name: version, served: true, storage: true }]);
  const shared: Shared = {
    ...(validation === undefined ? {} : { validation }),
    ...(subresources === undefined ? {} : { subresources }),
    ...(additionalPrinterColumns === undefined ? {} : { additionalPrinterColumns }),
    ...(selectableFields === undefined ? {} : { selectableFields }),
  };
  return {
    ...object,
    apiVersion: "apiextensions.k8s.io/v1",
    spec: {
      ...rest,
      versions: versions.map((one) => v1Version(one, shared)),
      ...(conversion === undefined ? {} : { conversion: v1Conversion(conversion) }),
    },
  };
}

function v1Version(version: BetaVersion, shared: Shared): V1Version {
  const {
    schema = shared.validation,
    subresources = shared.subresources,
    selectableFields = shared.selectableFields,
    additionalPrinterColumns,
    ...rest
  } = version;
  const columns = additionalPrinterColumns ?? shared.additionalPrinterColumns;
  return {
    ...rest,
    ...(schema === undefined ? {} : { schema }),
    ...(subresources === undefined ? {} : { subresources }),
    ...(selectableFields === undefined ? {} : { selectableFields }),
    ...(columns === undefined
      ? {}
      : {
          additionalPrinterColumns: columns.map(({ JSONPath, ...column }) => ({
            ...column,
            jsonPath: JSONPath,
          })),
        }),
  };
}

type V1Conversion = NonNullable<CustomResourceDefinitionSpec["conversion"]>;

function v1Conversion(conversion: NonNullable<BetaSpec["conversion"]>): V1Conversion {
  const { strategy, webhookClientConfig, conversionReviewVersions } = conversion;
  if (webhookClientConfig === undefined && conversionReviewVersions === undefined) return { strategy };
  const webhook = {
    conversionReviewVersions: conversionReviewVersions ?? [],
    ...(webhookClientConfig === undefined ? {} : { clientConfig: webhookClientConfig }),
  };
  return { strategy, webhook: webhook as NonNullable<V1Conversion["webhook"]> };
}
