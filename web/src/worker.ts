/** The model and the table that is open: everything that takes time, so that the page never waits. */

import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import {
  type Answer,
  RoleClassifier,
  readMetadata,
  TOO_LARGE,
  UNCLEAR,
} from '../../examples/runtimes/node/roleclass.mjs';
import modelUrl from '../../models/model.onnx?url';
import { addedColumns, guessColumns } from './columns.ts';
import { decode, formatFloat32, formatRow, isMissing, parseTable, type Table } from './csv.ts';
import { explain } from './evidence.ts';
import { problems } from './problems.ts';
import type { Kind, Progress, Reply, Request, Requests, ScoredRow } from './protocol.ts';

const CHUNK_ROWS = 256; // scored before the next message is looked at
const MAX_FILE = 256 * 2 ** 20;
const LABEL_LENGTH = 90;

ort.env.wasm.numThreads = 1; // more would need headers that not every host sends
ort.env.wasm.wasmPaths = { wasm: new URL(wasm, import.meta.url).href };

let version = '';
const loading = load();

async function load(): Promise<RoleClassifier> {
  const response = await fetch(new URL(modelUrl, import.meta.url));
  if (!response.ok)
    throw new Error(`The model could not be loaded: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  version = readMetadata(bytes)['roleclass.version'];
  return RoleClassifier.load(ort, bytes);
}

// ONNX Runtime runs one thing at a time in WebAssembly.
let running: Promise<unknown> = Promise.resolve();
function inTurn<T>(task: (classifier: RoleClassifier) => Promise<T>): Promise<T> {
  const done = running.then(async () => task(await loading));
  running = done.catch(() => {});
  return done;
}

interface Opened {
  table: Table;
  delimiter: string;
  text: number;
  title: number | null;
}
let opened: Opened | null = null;
let cancelled = false;

type Handlers = {
  [K in Kind]: (
    args: Requests[K][0],
    progress: (progress: Progress) => void,
  ) => Requests[K][1] | Promise<Requests[K][1]>;
};

const handlers: Handlers = {
  load: async () => {
    const { roles, thresholds } = await loading;
    return { roles, thresholds, version };
  },

  read: ({ text, title, role, against }) =>
    inTurn(async (classifier) => {
      const answer = await classifier.predict(text, title);
      const [read, named] = answer.reason === TOO_LARGE ? ['', ''] : [text, title];
      const why = await explain(classifier, read, named, role, against);
      return { answer, why, problems: problems({ text: why.document, lines: why.lines }) };
    }),

  open: async ({ file, delimiter }) => {
    if (file.size > MAX_FILE) {
      throw new Error('The file is larger than 256 MiB; use the command `roleclass score` for it.');
    }
    const table = parseTable(decode(new Uint8Array(await file.arrayBuffer())), delimiter);
    opened = { table, delimiter, text: 0, title: null };
    return { header: table.header, rows: table.rows.length, guess: guessColumns(table.header) };
  },

  score: async ({ text, title }, progress) => {
    if (!opened) throw new Error('No table is open.');
    const table = opened.table;
    const { roles } = await loading;
    const added = addedColumns(roles);
    const taken = added.filter((name) => table.header.includes(name));
    if (taken.length) {
      throw new Error(`The table already has columns that would be added: ${taken.join(', ')}; rename them.`);
    }
    opened.text = table.header.indexOf(text);
    opened.title = title === null ? null : table.header.indexOf(title);
    cancelled = false;
    const { delimiter } = opened;
    const total = table.rows.length;
    const parts = [formatRow([...table.header, ...added], delimiter)];
    for (let start = 0; start < total; start += CHUNK_ROWS) {
      const rows = table.rows.slice(start, start + CHUNK_ROWS);
      const answers = await scoreRows(rows, opened, start);
      if (cancelled) return null;
      parts.push(rows.map((row, i) => formatRow([...row, ...cells(answers[i], roles)], delimiter)).join(''));
      const { text: column, title: named } = opened;
      progress({
        done: start + rows.length,
        total,
        rows: rows.map((row, i) => scoredRow(answers[i], label(row, column, named))),
      });
      await new Promise((resolve) => setTimeout(resolve)); // let a message in
      if (cancelled) return null;
    }
    return new Blob(parts, { type: delimiter === ',' ? 'text/csv' : 'text/tab-separated-values' });
  },

  cancel: () => {
    cancelled = true;
    return null;
  },

  row: ({ number }) => {
    if (!opened) throw new Error('No table is open.');
    const row = opened.table.rows[number];
    return { text: row[opened.text], title: opened.title === null ? '' : row[opened.title] };
  },
};

/** An answer, or what is wrong with the row. */
type Outcome = Answer | { error: string };

async function scoreRows(
  rows: string[][],
  { table, text, title }: Opened,
  start: number,
): Promise<Outcome[]> {
  const faults = rows.map(
    (row, i) => table.faults.get(start + i) ?? (isMissing(row[text]) ? 'no text' : undefined),
  );
  const postings = rows.map((row, i) => ({
    text: faults[i] ? '' : row[text],
    title: title === null || isMissing(row[title]) ? null : row[title],
  }));
  const answers = await inTurn((classifier) => classifier.predictMany(postings));
  return answers.map((answer, i) => (faults[i] ? { error: `error: ${faults[i]}` } : answer));
}

function cells(outcome: Outcome, roles: string[]): string[] {
  if ('error' in outcome) return [UNCLEAR, '0.0', 'false', ...roles.map(() => ''), outcome.error];
  const { role, confidence, reliable, probabilities, reason } = outcome;
  const numbers = roles.map((name) => formatFloat32(probabilities[name]));
  return [role, formatFloat32(confidence), String(reliable), ...numbers, reason ?? ''];
}

function scoredRow(outcome: Outcome, label: string): ScoredRow {
  if ('error' in outcome)
    return { label, role: UNCLEAR, confidence: 0, reliable: false, reason: outcome.error };
  const { role, confidence, reliable, reason } = outcome;
  return { label, role, confidence, reliable, reason };
}

function label(row: string[], text: number, title: number | null): string {
  const named = title === null ? '' : row[title].trim();
  const words = (named || row[text].slice(0, 4 * LABEL_LENGTH)).replace(/\s+/g, ' ').trim();
  return words.length > LABEL_LENGTH ? `${words.slice(0, LABEL_LENGTH)}…` : words;
}

self.onmessage = async ({ data: { id, kind, args } }: MessageEvent<Request>) => {
  const reply = (message: Reply) => self.postMessage(message);
  try {
    const handler = handlers[kind] as (args: unknown, progress: (progress: Progress) => void) => unknown;
    reply({ id, result: await handler(args, (progress) => reply({ id, progress })) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

// The browser compiles a function when it is first run: better now than when somebody waits.
void Promise.resolve(
  handlers.read({ text: 'You will build LLM agents.', title: 'AI Engineer' }, () => {}),
).catch(() => {});
