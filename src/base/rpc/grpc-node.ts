/** What we use of gRPC, as a file of its own: loaded by the first client, since most of the library is slow to load. */
export { Client, credentials, Metadata } from "@grpc/grpc-js";
