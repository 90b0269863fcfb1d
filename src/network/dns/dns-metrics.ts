/** The DNS server's series, under CoreDNS's names. The server label is constant: one server, all of its addresses. */
import type { Env } from "#base";
import { type ResponseCode, responseCodes, typeName } from "./record.ts";

/** Times are given in milliseconds and shown in seconds. */
export interface DnsMetrics {
  answered(protocol: "udp" | "tcp", type: number, code: number, tookMs: number): void;
  /** A message that could not be taken as a query. */
  refused(code: ResponseCode): void;
}

const codeNames = new Map<number, string>(Object.entries(responseCodes).map(([name, code]) => [code, name]));
const buckets = [
  0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4,
];

/** Registers the series; asking twice gives the same. */
export function dnsMetrics({ metrics }: Env): DnsMetrics {
  const requests = metrics.counter("coredns_dns_requests_total", "Queries, by protocol and type.", [
    "proto",
    "type",
  ]);
  const responses = metrics.counter("coredns_dns_responses_total", "Answers, by code.", ["rcode"]);
  const duration = metrics.histogram("coredns_dns_request_duration_seconds", "Time of an answer.", buckets);
  return {
    answered(protocol, type, code, tookMs) {
      requests.inc(1, protocol, typeName(type));
      responses.inc(1, codeNames.get(code) ?? "other");
      duration.observe(tookMs / 1000);
    },
    refused(code) {
      responses.inc(1, code);
    },
  };
}
