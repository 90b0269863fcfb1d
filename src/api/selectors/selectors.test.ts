/** Selectors of labels, fields and nodes: text, objects, validation. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../test/testing/properties.ts";
import { FieldErrors } from "../field-errors.ts";
import { escapeFieldValue, FieldSelector, parseFieldSelector } from "./field-selector.ts";
import { labelSelector, NOTHING, parseLabelSelector } from "./label-selector.ts";
import { validateLabelSelector } from "./label-selector-validation.ts";
import { matchesNodeTerms } from "./node-selector.ts";

test("A label selector keeps exactly the labels that satisfy every requirement", () => {
  const labels = { app: "web", tier: "a", n: "7", empty: "" };
  const rows: [text: string, matches: boolean][] = [
    ["", true],
    ["app=web", true],
    ["app==web,tier in (b, a)", true],
    ["app!=web", false],
    ["other!=web", true],
    ["tier notin (a,b)", false],
    ["other notin (a)", true],
    ["app", true],
    ["!app", false],
    ["! other , app", true],
    ["n>6,n<8", true],
    ["n>7", false],
    ["app>1", false],
    ["empty=", true],
    ["other=", false],
    ["empty in (,x)", true],
    ["toString", false],
    ["in in (in)", false],
  ];
  for (const [text, matches] of rows) assert.equal(parseLabelSelector(text).matches(labels), matches, text);
  assert.equal(parseLabelSelector("!app").matches(undefined), true);
});

test("The canonical text of a label selector is sorted by key and parses to itself", () => {
  assert.equal(
    parseLabelSelector(" z notin (b,a,b), y , !x,w==1,v != 2").toString(),
    "v!=2,w==1,!x,y,z notin (a,b)",
  );
  const word = fc.stringMatching(/^[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?$/);
  const term = fc.oneof(
    fc.tuple(word, fc.constantFrom("=", "==", "!="), word).map((parts) => parts.join("")),
    fc
      .tuple(word, fc.constantFrom("in", "notin"), fc.array(word, { minLength: 1, maxLength: 3 }))
      .map(([key, operator, values]) => `${key} ${operator} (${values.join(", ")})`),
    word,
    word.map((key) => `!${key}`),
  );
  const selector = fc.array(term, { maxLength: 4 }).map((terms) => terms.join(" , "));
  const sane = (text: string) => !/(^|,)\s*!?(in|notin)\b/.test(text);
  fc.assert(
    fc.property(selector.filter(sane), fc.dictionary(word, word), (text, labels) => {
      const once = parseLabelSelector(text);
      const twice = parseLabelSelector(once.toString());
      assert.equal(twice.toString(), once.toString());
      assert.equal(twice.matches(labels), once.matches(labels));
    }),
  );
});

test("A label selector that cannot be read is refused with its code", () => {
  const rows: [text: string, code: string][] = [
    ["a in", "syntax"],
    ["a in (b", "syntax"],
    ["a b", "syntax"],
    ["a,", "syntax"],
    [",a", "syntax"],
    ["=a", "syntax"],
    ["a=b=c", "syntax"],
    ["a==b)", "syntax"],
    ["!", "syntax"],
    ["a=b c", "syntax"],
    ["-a=b", "invalid"],
    ["a/b/c=d", "invalid"],
    ["a=b@c", "invalid"],
    ["a>x", "invalid"],
    [`a=${"x".repeat(64)}`, "invalid"],
    [`a=${"x".repeat(70_000)}`, "syntax"],
  ];
  for (const [text, code] of rows) assert.throws(() => parseLabelSelector(text), { code }, text.slice(0, 40));
});

test("A LabelSelector selects as its terms say; an absent one nothing, an empty one everything", () => {
  assert.equal(labelSelector(undefined), NOTHING);
  assert.equal(NOTHING.matches({}), false);
  assert.equal(labelSelector({}).matchesEverything, true);
  const selector = labelSelector({
    matchLabels: { app: "web" },
    matchExpressions: [
      { key: "tier", operator: "NotIn", values: ["b"] },
      { key: "gone", operator: "DoesNotExist" },
    ],
  });
  assert.equal(selector.toString(), "app=web,!gone,tier notin (b)");
  assert.equal(selector.matches({ app: "web" }), true);
  assert.equal(selector.matches({ app: "web", gone: "" }), false);
  assert.throws(() => labelSelector({ matchExpressions: [{ key: "a", operator: "Gt", values: ["1"] }] }), {
    code: "invalid",
  });
});

test("Validation of a LabelSelector object reports each field with upstream's reason", () => {
  const errors = new FieldErrors();
  const selector = {
    matchLabels: { "-": "ok", good: "not ok" },
    matchExpressions: [
      { key: "a", operator: "In" },
      { key: "b", operator: "Exists", values: ["x"] },
      { key: "-x", operator: "Near", values: ["@"] },
    ],
  };
  validateLabelSelector(selector, "spec.selector", errors);
  assert.deepEqual(
    errors.list.map((error) => `${error.reason} ${error.field}`),
    [
      "FieldValueInvalid spec.selector.matchLabels",
      "FieldValueInvalid spec.selector.matchLabels",
      "FieldValueRequired spec.selector.matchExpressions[0].values",
      "FieldValueForbidden spec.selector.matchExpressions[1].values",
      "FieldValueInvalid spec.selector.matchExpressions[2].operator",
      "FieldValueInvalid spec.selector.matchExpressions[2].key",
      "FieldValueInvalid spec.selector.matchExpressions[2].values[0]",
    ],
  );
});

test("A field selector compares with the empty string where a field is absent", () => {
  const fields = { "spec.nodeName": "n1", "status.phase": "Running" };
  const rows: [text: string, matches: boolean][] = [
    ["", true],
    ["spec.nodeName=n1,status.phase!=Failed", true],
    ["spec.nodeName==n2", false],
    ["spec.other=", true],
    ["spec.other!=", false],
    [",spec.nodeName=n1,,", true],
  ];
  for (const [text, matches] of rows)
    assert.equal(parseFieldSelector(text).matchesMap(fields), matches, text);
  assert.equal(parseFieldSelector("a!=1,b=2").exactValue("b"), "2");
  assert.equal(parseFieldSelector("a!=1,b=2").exactValue("a"), undefined);
});

test("Every value survives escaping into a field selector and back", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (first, second) => {
      const text = `a=${escapeFieldValue(first)},b!=${escapeFieldValue(second)}`;
      const parsed = parseFieldSelector(text);
      assert.deepEqual(parsed.requirements, [
        { field: "a", operator: "=", value: first },
        { field: "b", operator: "!=", value: second },
      ]);
      assert.equal(new FieldSelector(parsed.requirements).toString(), text);
    }),
  );
  for (const text of ["a", "a=b=c", "a=\\x", "a=b\\", "a\\=b"]) {
    assert.throws(() => parseFieldSelector(text), { code: "syntax" }, text);
  }
});

test("A node is selected by any term of which it meets every requirement", () => {
  const node = { name: "n1", labels: { zone: "a", cores: "9007199254740993", half: "1.5" } };
  const label = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator, values }],
  });
  const named = (...values: string[]) => ({
    matchFields: [{ key: "metadata.name", operator: "In", values }],
  });
  const rows: [terms: Parameters<typeof matchesNodeTerms>[0], matches: boolean][] = [
    [[], false],
    [[{}], false],
    [[{}, label("zone", "In", "a", "b")], true],
    [[label("zone", "NotIn", "a")], false],
    [[label("other", "NotIn", "a")], true],
    [[label("toString", "Exists")], false],
    [[label("other", "DoesNotExist")], true],
    [[label("cores", "Gt", "9007199254740992")], true],
    [[label("cores", "Lt", "9007199254740993")], false],
    [[label("half", "Gt", "1")], false],
    [[named("n1", "n2")], true],
    [[{ ...named("n1"), ...label("zone", "Exists") }], true],
    [[{ ...named("n2"), ...label("zone", "Exists") }], false],
  ];
  for (const [terms, matches] of rows)
    assert.equal(matchesNodeTerms(terms, node), matches, JSON.stringify(terms));
});
