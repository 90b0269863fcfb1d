/** Loaded before everything else in a process with a planted bug: `PLANT` names one of `plants.ts`. */
import { registerHooks } from "node:module";
import { plants } from "./plants.ts";

const plant = plants.find(({ name }) => name === process.env["PLANT"]);
if (plant === undefined)
  throw new Error(`Cannot plant "${process.env["PLANT"]}": plants.ts does not have it`);

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${plant.file}`)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (!source.includes(plant.find))
      throw new Error(`Cannot plant "${plant.name}": ${plant.file} has changed`);
    return { ...loaded, source: source.replace(plant.find, () => plant.replace) };
  },
});
