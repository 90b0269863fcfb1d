/** Quantities against the answers of upstream's resource.Quantity. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../test/testing/properties.ts";
import { canonicalQuantity, Quantity, QuantityError } from "./quantity.ts";

test("canonicalQuantity() prints as upstream does", () => {
  const rows: readonly (readonly [text: string, canonical: string | undefined])[] = [
    ["100m", "100m"],
    ["1000m", "1"],
    ["0.5", "500m"],
    [".5", "500m"],
    ["5.", "5"],
    ["1.5Gi", "1536Mi"],
    ["1024Mi", "1Gi"],
    ["1025Mi", "1025Mi"],
    ["0.5Ki", "512"],
    ["1.5", "1500m"],
    ["1000", "1k"],
    ["1024", "1024"],
    ["1Ki", "1Ki"],
    ["1000k", "1M"],
    ["12e6", "12e6"],
    ["12E6", "12e6"],
    ["1e3", "1e3"],
    ["1500e-3", "1500e-3"],
    ["1E", "1E"],
    ["0", "0"],
    ["0Mi", "0"],
    ["-0", "0"],
    ["-1500m", "-1500m"],
    ["+1", "1"],
    ["1n", "1n"],
    ["0.1n", "1n"],
    ["-0.1n", "-1n"],
    ["1.0000000001", "1000000001n"],
    ["9223372036854775807", "9223372036854775807"],
    ["9223372036854775808", "9223372036854775807"],
    ["100E", "9223372036854775807"],
    ["1e999999999", "9223372036854775807"],
    ["1e-999999999", "1e-9"],
    ["", undefined],
    [".", undefined],
    ["-", undefined],
    ["1 Gi", undefined],
    ["1gi", undefined],
    ["1K", undefined],
    ["1.2.3", undefined],
    ["0x10", undefined],
    ["1e", undefined],
    ["1e1.5", undefined],
    ["Gi", undefined],
  ];
  for (const [text, canonical] of rows)
    assert.equal(canonicalQuantity(text), canonical, JSON.stringify(text));
});

test("Arithmetic is exact and keeps the first format", () => {
  const sum = Quantity.parse("0.1").plus(Quantity.parse("0.2"));
  assert.equal(sum.toString(), "300m");
  assert.equal(Quantity.parse("1Gi").minus(Quantity.parse("1Mi")).toString(), "1023Mi");
  assert.equal(Quantity.zero.plus(Quantity.parse("1Gi")).toString(), "1Gi");
  assert.equal(Quantity.of(3).times(1000).toString(), "3k");
  assert.equal(Quantity.ofMillis(1500).compare(Quantity.parse("1.5")), 0);
});

test("Numbers come out rounded away from zero", () => {
  assert.equal(Quantity.parse("1500m").toMillis(), 1500);
  assert.equal(Quantity.parse("1.5").toUnits(), 2);
  assert.equal(Quantity.parse("-1.5").toUnits(), -2);
  assert.equal(Quantity.parse("2Gi").toUnits(), 2 ** 31);
  assert.equal(Quantity.parse("1n").toMillis(), 1);
  assert.equal(Quantity.parse("250m").toNumber(), 0.25);
});

test("Quantity.parse() throws QuantityError", () => {
  assert.throws(() => Quantity.parse("much"), QuantityError);
});

const amounts = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n });
const formats = fc.constantFrom("DecimalSI" as const, "BinarySI" as const, "DecimalExponent" as const);

test("Every amount prints to a text that reads as the same amount and prints the same again", () => {
  fc.assert(
    fc.property(amounts, formats, (nanos, format) => {
      const text = new Quantity(nanos, format).toString();
      const again = Quantity.parse(text);
      assert.equal(again.nanos, nanos);
      assert.equal(canonicalQuantity(text), text);
    }),
    { numRuns: 500 },
  );
});

test("No text makes Quantity.tryParse() throw or hang", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."0123456789.+-eEinumkKMGTP"), maxLength: 40 });
  fc.assert(
    fc.property(texts, (text) => {
      Quantity.tryParse(text);
    }),
    { numRuns: 500 },
  );
});
