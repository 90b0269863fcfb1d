/** Metrics as Prometheus reads them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maxSeriesPerMetric } from "./limits.ts";
import { MetricsRegistry } from "./metrics.ts";

test("MetricsRegistry.render() writes counters, gauges and cumulated histograms, sorted by name", () => {
  const metrics = new MetricsRegistry();
  const requests = metrics.counter("requests_total", 'Requests, by "verb".', ["verb", "code"]);
  requests.inc(1, "GET", "200");
  requests.inc(2, "GET", "200");
  requests.inc(1, 'a"b\\c\nd', "500");
  metrics.gauge("depth", "Depth\nof the queue.").set(-1.5);
  const seconds = metrics.histogram("seconds", "Seconds.", [0.1, 1], ["verb"]);
  for (const value of [0.1, 0.5, 7]) seconds.observe(value, "GET");
  assert.equal(
    metrics.render(),
    `# HELP depth Depth\\nof the queue.
# TYPE depth gauge
depth -1.5
# HELP requests_total Requests, by "verb".
# TYPE requests_total counter
requests_total{verb="GET",code="200"} 3
requests_total{verb="a\\"b\\\\c\\nd",code="500"} 1
# HELP seconds Seconds.
# TYPE seconds histogram
seconds_bucket{verb="GET",le="0.1"} 1
seconds_bucket{verb="GET",le="1"} 2
seconds_bucket{verb="GET",le="+Inf"} 3
seconds_sum{verb="GET"} 7.6
seconds_count{verb="GET"} 3
`,
  );
});

test("A metric without labels is there from the start, and asking again gives the same one", () => {
  const metrics = new MetricsRegistry();
  metrics.counter("events_total", "Events.");
  assert.match(metrics.render(), /^events_total 0$/m);
  metrics.counter("events_total", "Events.").inc();
  assert.match(metrics.render(), /^events_total 1$/m);
});

test("Asking with other labels, another type or a wrong number of values is a programmer's mistake", () => {
  const metrics = new MetricsRegistry();
  const counter = metrics.counter("a_total", "A.", ["x"]);
  assert.throws(() => metrics.counter("a_total", "A.", ["y"]), { name: "AssertionError" });
  assert.throws(() => metrics.gauge("a_total", "A.", ["x"]), { name: "AssertionError" });
  assert.throws(() => counter.inc(1), { name: "AssertionError" });
  assert.throws(() => counter.inc(-1, "x"), { name: "AssertionError" });
  assert.throws(() => metrics.histogram("h", "H.", [2, 1]), { name: "AssertionError" });
});

test("Series beyond the bound are counted together", () => {
  const metrics = new MetricsRegistry();
  const counter = metrics.counter("a_total", "A.", ["x"]);
  for (let index = 0; index < maxSeriesPerMetric + 50; index++) counter.inc(1, `v${index}`);
  const lines = metrics.render().split("\n");
  assert.ok(lines.includes('a_total{x="(other)"} 50'));
  assert.equal(lines.length, maxSeriesPerMetric + 4);
});
