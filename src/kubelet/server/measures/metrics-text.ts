/** Prometheus' text format, for series that are made when somebody asks. Pure. */

/** One series: its labels in order, its value, and when it was measured. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly atMs?: number;
}

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Families without samples are left out. */
export function metricsText(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, type, help, samples }) => {
      const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
      return `${head}${samples.map((sample) => `${name}${line(sample)}\n`).join("")}`;
    })
    .join("");
}

function line({ labels, value, atMs }: Sample): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  const set = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  return `${set} ${value}${atMs === undefined ? "" : ` ${Math.round(atMs)}`}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
