/** The types of apidiscovery.k8s.io/v2: each name is a type and its table. */
export {
  APIGroupDiscovery,
  APIGroupDiscoveryList,
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
  DiscoveryFreshness,
  ResourceScope,
} from "./api-group-discovery.ts";
