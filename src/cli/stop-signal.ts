/** Ctrl-C and SIGTERM as an abort signal; a second Ctrl-C ends the process at once. */

/** Aborts on the first SIGINT, SIGTERM or SIGHUP. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new DOMException(`Stopped by ${name}`, "AbortError"));
    });
  }
  return controller.signal;
}
