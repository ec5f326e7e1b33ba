// node answer.mjs [FILE...]: the role of each posting as a line of JSON; standard input without a file, or for -.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { classifier } from './shipped.mjs';

const files = process.argv.slice(2);
const postings = await Promise.all(
  (files.length ? files : ['-']).map(async (file) => ({
    text: file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'),
  })),
);
for (const answer of await (await classifier()).predictMany(postings)) {
  console.log(JSON.stringify(answer));
}
