import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readKits, writeKits } from '../../lib/registry-files/kits-file.ts';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('', ' ', '"', '"a"', 'a;b', '[', '[]', 'true', '7', 'a,b', 'a\nb', ' a', 'a\t', '=1+1', '\ufeffx'),
);
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const labels = fc.dictionary(
  fc.stringMatching(/^[a-zA-Z0-9][a-z.]{0,5}[a-z]$/),
  fc.stringMatching(/^[A-Za-z0-9]{1,8}$/),
  {
    minKeys: 1,
    maxKeys: 3,
  },
);
const common = {
  kitId: fc.stringMatching(/^[a-z0-9]{1,8}$/),
  owner: text,
  lookBackSeconds: optional(fc.integer({ min: 1, max: 100_000 })),
  labels: optional(labels),
};
const kong = fc.record({
  ...common,
  kind: fc.constant('kong'),
  settings: fc.record({
    adminUrl: text,
    routes: optional(fc.array(text, { maxLength: 3 })),
    declarativeConfig: optional(fc.boolean()),
    vaultSecret: optional(fc.record({ secretId: text, ttlSeconds: fc.integer({ min: 1, max: 100 }) })),
  }),
});
const manual = fc.record({
  ...common,
  kind: fc.constant('manual'),
  settings: optional(fc.record({ instructions: text })),
});
/** As it stands in a file: what is not given is not there. */
const kits = fc
  .array(fc.oneof(kong, manual), { minLength: 1, maxLength: 6 })
  .map((all) => JSON.parse(JSON.stringify(all)) as Readonly<Record<string, unknown>>[]);

test.each(['ndjson', 'csv'] as const)('what is written as %s is read as it was, whatever stands in it', (format) => {
  fc.assert(
    fc.property(kits, (given) => {
      const read = readKits(format, Buffer.from(writeKits(format, given)));
      expect(read.problems).toEqual([]);
      expect(read.kits.map(({ kit }) => kit)).toEqual(given);
    }),
    { numRuns: 300 },
  );
});
