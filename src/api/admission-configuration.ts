/** An AdmissionConfiguration (apiserver.config.k8s.io/v1): which admission plug-in is configured, here or in which file. */
import { decode } from "./codec/decode.ts";
import {
  kind,
  list,
  message,
  omitempty,
  type Plain,
  rawExtension,
  type Shape,
  string,
} from "./schema/mod.ts";

export interface AdmissionPluginConfiguration extends Shape<typeof AdmissionPluginConfiguration>, Plain {}
export const AdmissionPluginConfiguration = message<AdmissionPluginConfiguration>(
  "AdmissionPluginConfiguration",
)({
  name: omitempty(1, string),
  /** Of a file, relative to the one that names it. */
  path: omitempty(2, string),
  configuration: omitempty(3, rawExtension),
});

interface AdmissionConfiguration extends Shape<typeof AdmissionConfiguration>, Plain {}
const AdmissionConfiguration = kind<AdmissionConfiguration>(
  "apiserver.config.k8s.io/v1",
  "AdmissionConfiguration",
)({
  plugins: omitempty(1, list(AdmissionPluginConfiguration)),
});

/** Reads plain data or a document. Throws `DecodeError`. */
export function readAdmissionConfiguration(data: unknown): readonly AdmissionPluginConfiguration[] {
  return decode(AdmissionConfiguration, data, "strict").object.plugins ?? [];
}
