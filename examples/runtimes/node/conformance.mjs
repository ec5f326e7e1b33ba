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
for (const [i, { name, bytes, sha256, answer, lines }] of cases.entries()) {
  const data = encode(postings[i].text, postings[i].title);
  const alone = await model.predict(postings[i].text, postings[i].title);
  const checks = {
    bytes: data.length === bytes && createHash('sha256').update(data).digest('hex') === sha256,
    alone: agree(alone, answer),
    'in a batch': agree(together[i], answer),
  };
  for (const [what, right] of Object.entries(checks)) {
    if (!right) report(name, what, answer, alone);
  }
  if (lines === null) continue; // too many to be listed
  const read = await told(postings[i]);
  if (JSON.stringify(read) !== JSON.stringify(lines)) report(name, 'lines', lines, read);
}
console.log(`${cases.length} cases, ${faults} faults`);
process.exitCode = faults ? 1 : 0;

function report(name, what, expected, actual) {
  faults += 1;
  console.error(`${name}, ${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The lines as conformance.json has them: places in characters, not in the units of a JavaScript string. */
async function told({ text, title }) {
  const read = await model.read(text, title);
  const characters = (offset) => [...read.text.slice(0, offset)].length;
  return read.lines.map(({ start, end, part, work, areas }) => ({
    start: characters(start),
    end: characters(end),
    part,
    work,
    areas: areas.toSorted(),
  }));
}

function agree(actual, expected) {
  const near = (a, b) => Math.abs(a - b) <= tolerance;
  return (
    ['role', 'reliable', 'reason'].every((key) => actual[key] === expected[key]) &&
    near(actual.confidence, expected.confidence) &&
    Object.entries(expected.probabilities).every(([role, p]) => near(actual.probabilities[role], p))
  );
}
