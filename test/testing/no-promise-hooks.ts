/**
 * Preloaded (`--import`) by the processes of the gate's tests. Node's test runner follows every promise with an async
 * hook, only to learn which test an error belongs to that nobody caught: 40 % of a simulation's time. Without it such
 * an error still fails the file, under no test's name.
 */
import hooks from "node:async_hooks";

const { createHook } = hooks;
hooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false });
