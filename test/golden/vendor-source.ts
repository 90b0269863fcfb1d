/**
 * The one mask on the recordings. The recorded server was a vendor's: its ServiceAccount admission puts a fourth source, a ConfigMap
 * with the vendor's service CA, last into every token volume. Upstream puts three, and pods would wait for ever for a ConfigMap that
 * nothing here makes. Without that source these answers verify everything else that is in them.
 */
const VENDOR_SOURCE =
  /,\{"configMap":\{"items":\[\{"key":"service-ca\.crt","path":"service-ca\.crt"\}\],"name":"openshift-service-ca\.crt"\}\}(?=\])/g;

/** One line of a recording, as upstream would have answered. What was sent never has the source. */
export function withoutVendorSource(line: string): string {
  return line.replace(VENDOR_SOURCE, "");
}
