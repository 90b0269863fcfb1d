/**
 * Property tests with a fixed seed, so that a gate fails for what changed and never by chance. NAVARCH_SEED chooses another;
 * a failure prints the seed and the path that find it again.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["NAVARCH_SEED"] ?? "36") });

export { fc };
