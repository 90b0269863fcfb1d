/** The contract over memory and over the hostile twin. */
import { HostileJournal } from "./hostile-journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { storeContract } from "./store.contract.ts";

storeContract({
  name: "memory",
  fixture: async () => {
    const journal = new MemoryJournal();
    return { journal: () => journal, [Symbol.asyncDispose]: async () => {} };
  },
});

storeContract({
  name: "a hostile journal",
  fixture: async (env) => {
    const journal = new HostileJournal(env);
    let writes = 0;
    journal.secondWriter = () => {
      writes += 1;
      const key = `/elsewhere/${writes % 3}`;
      const index = { namespace: "", name: "x", uid: "", labels: undefined, owners: [], triggers: undefined };
      const value = new Uint8Array([writes % 256]);
      return {
        checks: [],
        writes: [
          {
            type: "put",
            key,
            value,
            index: { ...index, revisionOffset: 0, managersStart: 0, managersEnd: 0 },
          },
        ],
      };
    };
    return { journal: () => journal, [Symbol.asyncDispose]: async () => {} };
  },
});
