/** Ctrl-C and SIGTERM as an abort signal; a Ctrl-C after it ends the process at once. */

/** Aborts on the first SIGINT, SIGTERM or SIGHUP. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      // `navarch down` while it stops is no hurry: what it has begun it ends.
      if (controller.signal.aborted && name === "SIGINT") process.exit(130);
      controller.abort(new DOMException(`Stopped by ${name}`, "AbortError"));
    });
  }
  return controller.signal;
}
