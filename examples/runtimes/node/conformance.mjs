// npm run conformance: hold this port against ../conformance.json; ends with 1 if anything differs.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { encode } from './roleclass.mjs';
import { classifier } from './shipped.mjs';

const { cases, tolerance } = JSON.parse(
  await readFile(new URL('../conformance.json', import.meta.url), 'utf8'),
);
const postings = cases.map((one) => ({ text: one.text.repeat(one.repeat), title: one.title }));
const model = await classifier();
const together = await model.predictMany(postings);

let faults = 0;
for (const [i, { name, bytes, sha256, answer }] of cases.entries()) {
  const data = encode(postings[i].text, postings[i].title);
  const alone = await model.predict(postings[i].text, postings[i].title);
  const checks = {
    bytes: data.length === bytes && createHash('sha256').update(data).digest('hex') === sha256,
    alone: agree(alone, answer),
    'in a batch': agree(together[i], answer),
  };
  for (const [what, right] of Object.entries(checks)) {
    if (right) continue;
    faults += 1;
    console.error(`${name}, ${what}: expected ${JSON.stringify(answer)}, got ${JSON.stringify(alone)}`);
  }
}
console.log(`${cases.length} cases, ${faults} faults`);
process.exitCode = faults ? 1 : 0;

function agree(actual, expected) {
  const near = (a, b) => Math.abs(a - b) <= tolerance;
  return (
    ['role', 'reliable', 'reason'].every((key) => actual[key] === expected[key]) &&
    near(actual.confidence, expected.confidence) &&
    Object.entries(expected.probabilities).every(([role, p]) => near(actual.probabilities[role], p))
  );
}
