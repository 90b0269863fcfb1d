/** A server of `grpc.health.v1.Health`, without its generated code. */
import { Server, ServerCredentials } from "@grpc/grpc-js";

/** `HealthCheckResponse` with a status of the protocol's numbers. */
const answer = (status: number): Buffer => Buffer.from([8, status]);
const whole = <T>(value: T): T => value;
const check = {
  path: "/grpc.health.v1.Health/Check",
  requestStream: false,
  responseStream: false,
  requestSerialize: whole<Buffer>,
  requestDeserialize: whole<Buffer>,
  responseSerialize: whole<Buffer>,
  responseDeserialize: whole<Buffer>,
} as const;

/** Every service serves but `sick`. */
export class GrpcHealth implements Disposable {
  readonly #server = new Server();

  /** Resolves with the port. */
  async start(host: string): Promise<number> {
    this.#server.addService(
      { Check: check },
      {
        Check: ({ request }: { readonly request: Buffer }, done: (error: null, bytes: Buffer) => void) =>
          done(null, answer(request.includes("sick") ? 2 : 1)),
      },
    );
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  }

  [Symbol.dispose](): void {
    this.#server.forceShutdown();
  }
}
