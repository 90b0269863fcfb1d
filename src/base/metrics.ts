/**
 * Counters, gauges and histograms in the Prometheus text format 0.0.4. A series is found by its label values
 * joined with a NUL, so that the hot path makes one string and one map look-up, and none without labels.
 * Asking twice for a name gives the same metric; asking with other labels is a programmer's mistake.
 */
import type { Counter, Gauge, Histogram, Metrics } from "./env.ts";
import { assert } from "./errors.ts";
import { maxSeriesPerMetric } from "./limits.ts";

type MetricType = "counter" | "gauge" | "histogram";
const overflowValue = "(other)";

export class MetricsRegistry implements Metrics {
  readonly #metrics = new Map<string, Metric>();

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    return this.#get(name, help, "counter", labels, []);
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    return this.#get(name, help, "gauge", labels, []);
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: readonly string[] = [],
  ): Histogram {
    return this.#get(name, help, "histogram", labels, buckets);
  }

  render(): string {
    const lines: string[] = [];
    for (const name of [...this.#metrics.keys()].sort()) this.#metrics.get(name)?.render(lines);
    return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
  }

  #get(
    name: string,
    help: string,
    type: MetricType,
    labels: readonly string[],
    buckets: readonly number[],
  ): Metric {
    const known = this.#metrics.get(name);
    if (known !== undefined) {
      assert(
        known.type === type && known.labels.join() === labels.join(),
        `Metric "${name}" was made as ${known.type} with labels [${known.labels.join()}]`,
      );
      return known;
    }
    const metric = new Metric(name, help, type, labels, buckets);
    this.#metrics.set(name, metric);
    return metric;
  }
}

interface Series {
  readonly labelValues: readonly string[];
  /** The counter's or gauge's value; the sum of a histogram. */
  value: number;
  /** Observations by bucket, not cumulated; the last one is +Inf. Empty unless a histogram. */
  readonly counts: number[];
}

class Metric implements Counter, Gauge, Histogram {
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly #name: string;
  readonly #help: string;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(
    name: string,
    help: string,
    type: MetricType,
    labels: readonly string[],
    buckets: readonly number[],
  ) {
    assert(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name), `Metric name "${name}" is not valid`);
    assert(
      buckets.every((bound, index) => index === 0 || bound > (buckets[index - 1] ?? bound)),
      `Buckets of metric "${name}" must grow`,
    );
    this.#name = name;
    this.#help = help;
    this.type = type;
    this.labels = labels;
    this.#buckets = buckets;
    if (labels.length === 0) this.#at([]); // A series without labels exists from the start, as 0.
  }

  inc(amount = 1, ...labelValues: readonly string[]): void {
    assert(amount >= 0, `Counter "${this.#name}" cannot go down`);
    this.#at(labelValues).value += amount;
  }

  set(value: number, ...labelValues: readonly string[]): void {
    this.#at(labelValues).value = value;
  }

  add(amount: number, ...labelValues: readonly string[]): void {
    this.#at(labelValues).value += amount;
  }

  observe(value: number, ...labelValues: readonly string[]): void {
    const series = this.#at(labelValues);
    series.value += value;
    let bucket = 0;
    while (bucket < this.#buckets.length && value > (this.#buckets[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
  }

  render(lines: string[]): void {
    lines.push(`# HELP ${this.#name} ${escapeHelp(this.#help)}`, `# TYPE ${this.#name} ${this.type}`);
    for (const series of this.#series.values()) {
      if (this.type === "histogram") this.#renderHistogram(series, lines);
      else lines.push(`${this.#name}${labelText(this.labels, series.labelValues)} ${number(series.value)}`);
    }
  }

  #renderHistogram(series: Series, lines: string[]): void {
    const labels = [...this.labels, "le"];
    let total = 0;
    series.counts.forEach((count, index) => {
      total += count;
      const bound = this.#buckets[index];
      const values = [...series.labelValues, bound === undefined ? "+Inf" : number(bound)];
      lines.push(`${this.#name}_bucket${labelText(labels, values)} ${total}`);
    });
    const suffix = labelText(this.labels, series.labelValues);
    lines.push(`${this.#name}_sum${suffix} ${number(series.value)}`, `${this.#name}_count${suffix} ${total}`);
  }

  #at(labelValues: readonly string[]): Series {
    const key = labelValues.length === 0 ? "" : labelValues.length === 1 ? labelValues[0] : undefined;
    const known = this.#series.get(key ?? labelValues.join("\0"));
    return known ?? this.#add(labelValues);
  }

  #add(labelValues: readonly string[]): Series {
    assert(
      labelValues.length === this.labels.length,
      `Metric "${this.#name}" takes the labels [${this.labels.join()}]`,
    );
    const full = this.#series.size >= maxSeriesPerMetric;
    const values = full ? this.labels.map(() => overflowValue) : [...labelValues];
    const key = values.join("\0");
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const counts = this.type === "histogram" ? new Array<number>(this.#buckets.length + 1).fill(0) : [];
    const series = { labelValues: values, value: 0, counts };
    this.#series.set(key, series);
    return series;
  }
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  return `{${names.map((name, index) => `${name}="${escapeValue(values[index] ?? "")}"`).join(",")}}`;
}

function escapeValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
