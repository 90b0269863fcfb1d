/** What the server answers instead: a status and a plain text, as upstream's kubelet does. */

export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
