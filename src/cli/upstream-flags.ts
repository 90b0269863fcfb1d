/**
 * Flags of kube-apiserver that this program has in another form, or not at all: whoever passes one, as envtest and
 * scripts do, is told what to do instead. What needs no telling, since it is so here anyway, is taken.
 */
import { type Command, Option } from "commander";
import { ClusterError } from "#cluster";

const pki = "put it into DIR/pki as kubeadm lays it out";
const absent = "there is none here yet";

/** Flag -> what to do. */
const instead: Readonly<Record<string, string>> = {
  "secure-port": "use --listen ADDR:PORT",
  "bind-address": "use --listen ADDR:PORT",
  "insecure-port": "there is no port without TLS",
  "insecure-bind-address": "there is no port without TLS",
  "cert-dir": "use --data DIR; certificates are in DIR/pki",
  "client-ca-file": `${pki}: ca.crt with ca.key`,
  "tls-cert-file": `${pki}: apiserver.crt`,
  "tls-private-key-file": `${pki}: apiserver.key`,
  "kubelet-certificate-authority": `${pki}: ca.crt`,
  "kubelet-client-certificate": `${pki}: apiserver-kubelet-client.crt`,
  "kubelet-client-key": `${pki}: apiserver-kubelet-client.key`,
  "service-account-key-file": `${pki}: sa.pub`,
  "service-account-signing-key-file": `${pki}: sa.key`,
  "proxy-client-cert-file": `${pki}: front-proxy-client.crt`,
  "proxy-client-key-file": `${pki}: front-proxy-client.key`,
  "requestheader-client-ca-file": `${pki}: front-proxy-ca.crt`,
  "etcd-cafile": "TLS to etcd is not served yet; use --etcd-servers http://HOST:PORT",
  "etcd-certfile": "TLS to etcd is not served yet; use --etcd-servers http://HOST:PORT",
  "etcd-keyfile": "TLS to etcd is not served yet; use --etcd-servers http://HOST:PORT",
  "etcd-prefix": "keys are below /registry",
  "feature-gates": "gates are as upstream's defaults",
  "runtime-config": "what upstream serves by default is served",
  "audit-log-path": absent,
  "audit-policy-file": absent,
  "audit-webhook-config-file": absent,
  "authentication-config": absent,
  "authentication-token-webhook-config-file": absent,
  "authorization-config": absent,
  "authorization-policy-file": absent,
  "authorization-webhook-config-file": absent,
  "enable-bootstrap-token-auth": absent,
  "encryption-provider-config": absent,
  "egress-selector-config-file": absent,
  "oidc-issuer-url": absent,
  "tracing-config-file": absent,
};

/** Flag -> the values that say what is so here anyway. */
const anyway: Readonly<Record<string, readonly string[]>> = {
  "allow-privileged": ["true"],
  "authorization-mode": ["RBAC", "Node,RBAC"],
  "enable-priority-and-fairness": ["true"],
  profiling: ["false"],
  "storage-backend": ["etcd3"],
};

/** Adds them, hidden from the help. */
export function addUpstreamFlags(command: Command): Command {
  for (const [flag, what] of Object.entries(instead)) {
    const option = new Option(`--${flag} [value]`).preset("").argParser(() => {
      throw new ClusterError(
        "bad-option",
        `Cannot use --${flag}: ${what}`,
        "Run with --help for the options.",
      );
    });
    command.addOption(option.hideHelp());
  }
  for (const [flag, values] of Object.entries(anyway)) {
    const option = new Option(`--${flag} [value]`).preset("true").argParser((value: string) => {
      if (values.includes(value)) return value;
      const message = `Cannot use --${flag}=${value}: it is always ${values.join(" or ")} here`;
      throw new ClusterError("bad-option", message, `Leave --${flag} out.`);
    });
    command.addOption(option.hideHelp());
  }
  return command;
}
