/** Registers the tests of every file that is named, from the repository's folder, to run in this one process. */
for (const path of process.argv.slice(2)) await import(new URL(`../${path}`, import.meta.url).href);
