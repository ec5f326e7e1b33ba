// node answer.mjs [--lines] [FILE...]: the role of each posting as a line of JSON, or what its lines are; standard
// input without a file, or for -.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { classifier } from './shipped.mjs';

const files = process.argv.slice(2).filter((argument) => argument !== '--lines');
const postings = await Promise.all(
  (files.length ? files : ['-']).map(async (file) => ({
    text: file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'),
  })),
);
const model = await classifier();
if (process.argv.includes('--lines')) {
  for (const posting of postings) console.log(JSON.stringify(await model.read(posting.text)));
} else {
  for (const answer of await model.predictMany(postings)) console.log(JSON.stringify(answer));
}
