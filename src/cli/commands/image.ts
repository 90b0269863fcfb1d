/** `navarch image`: what images the machine's node has, and loading more from archives. */
import { ClusterError, listNodeImages, loadNodeImages, type NodeImage as Image } from "#cluster";
import type { CliCommand } from "../command.ts";
import { stopSignal } from "../stop-signal.ts";

export const image: CliCommand = {
  describe(command) {
    command
      .argument("<ACTION>", "load or list")
      .argument("[FILES...]", "archives to load: docker or OCI, not compressed")
      .option("-o, --output <FORMAT>", "of a list: json")
      .option("--name <NAME>", "name of the cluster", "navarch")
      .option("--data <DIR>", "where its state lives (default: by name)")
      .addHelpText("after", "\nExample:\n  docker save app:1 -o app.tar && navarch image load app.tar");
  },
  async run(options, [action, ...files], terminal) {
    const target = { name: String(options["name"]), dataDir: options["data"] as string | undefined };
    const signal = stopSignal();
    if (action === "load" && files.length > 0) {
      for (const file of files)
        for (const name of await loadNodeImages({ ...target, file }, signal)) terminal.print(name);
      return 0;
    }
    if (action === "list" && files.length === 0) {
      const images = await listNodeImages(target, signal);
      const format = options["output"];
      if (format === "json") {
        terminal.print(JSON.stringify({ images: images.map(jsonOf) }, undefined, 2));
        return 0;
      }
      if (format !== undefined) {
        const text = `Cannot list images as "${String(format)}": it is not "json"`;
        throw new ClusterError("bad-option", text, "Use -o json, or leave it out for a table.");
      }
      terminal.print(images.flatMap(rowsOf).join("\n"));
      return 0;
    }
    const message = `Cannot "image ${[action, ...files].join(" ")}": it is not "load FILE..." or "list"`;
    throw new ClusterError("bad-option", message, "Use navarch image load FILE.");
  },
};

/** A row for each name. */
function rowsOf({ id, repoTags, repoDigests, sizeBytes }: Image): readonly string[] {
  const names = repoTags.length > 0 ? repoTags : [repoDigests[0] ?? "<none>"];
  return names.map((name) => `${(sizeBytes / 1e6).toFixed(1).padStart(8)} MB  ${id.slice(7, 19)}  ${name}`);
}

/** As `crictl images -o json` has it: sizes are texts there. */
function jsonOf({ id, repoTags, repoDigests, sizeBytes, uid, userName = "", pinned }: Image): object {
  const user = { uid: uid === undefined ? null : { value: String(uid) }, username: userName };
  return { id, repoTags, repoDigests, size: String(sizeBytes), ...user, pinned };
}
