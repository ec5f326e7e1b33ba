// The contract of docs/runtimes.md in JavaScript: text to bytes, bytes to the model, its outputs to an answer.
//
// It knows no runtime: hand it onnxruntime-web or onnxruntime-node. The page in web/ is built from this file, too.
import { plain, spaced } from './markup.mjs';
import { LINE_OUTPUTS, makeReading } from './reading.mjs';
import { unglue } from './unglue.mjs';

/**
 * @typedef {{ data: ArrayLike<number> | ArrayLike<bigint>, dims: readonly number[] }} Output
 * @typedef {{
 *   outputNames: readonly string[],
 *   run(feeds: Record<string, any>, outputs?: readonly string[]): Promise<Record<string, any>>,
 * }} Session
 * @typedef {{
 *   InferenceSession: { create(model: any, options?: any): Promise<any> },
 *   Tensor: new (type: 'uint8', data: Uint8Array, dims: readonly number[]) => any,
 * }} Runtime
 * @typedef {{ text: string, title?: string | null }} Posting
 * @typedef {{
 *   role: string,
 *   confidence: number,
 *   probabilities: Record<string, number>,
 *   reliable: boolean,
 *   reason: string | null,
 * }} Answer
 */

export const FORMAT = '2';
export const MAX_BYTES = 16 * 2 ** 20;
export const TOO_LARGE = 'larger than 16 MiB';
export const UNCLEAR = 'unclear';

// Rows of a batch should be of similar length and fit a cache; the answers do not depend on it.
const BATCH_ROWS = 64;
const BATCH_BYTES = 192 * 1024;

/**
 * What the model reads, still as a string: the title, where there is one, as a line before
 * the text, and no markup, unless it is too large to be read.
 * @param {string} text
 * @param {string | null} [title]
 * @returns {string}
 */
export function document(text, title) {
  const line = spaced(title ?? '');
  const raw = whole(line, text);
  return utf8(raw).length > MAX_BYTES ? raw : whole(spaced(plain(line)), unglue(plain(text)));
}

/** @type {(line: string, text: string) => string} */
function whole(line, text) {
  const lines = line ? `${line}\n\n${text}` : text;
  return lines.replace(/\p{Surrogate}/gu, '?'); // lone ones; UTF-8 cannot hold them
}

/**
 * The bytes that the model reads.
 * @param {string} text
 * @param {string | null} [title]
 * @returns {Uint8Array}
 */
export function encode(text, title) {
  return utf8(document(text, title));
}

/** @param {string} text */
function utf8(text) {
  return new TextEncoder().encode(text);
}

/**
 * Lay rows side by side as one zero-padded matrix.
 * @param {readonly Uint8Array[]} rows
 * @returns {{ data: Uint8Array, dims: [number, number] }}
 */
export function pack(rows) {
  const width = Math.max(1, ...rows.map((row) => row.length));
  const data = new Uint8Array(rows.length * width);
  rows.forEach((row, i) => {
    data.set(row, i * width);
  });
  return { data, dims: [rows.length, width] };
}

/**
 * Read the metadata of a model file, which ONNX Runtime does not hand out in JavaScript.
 *
 * The file is a protocol buffer; metadata_props is field 14 of the outermost message, with the fields
 * key = 1 and value = 2.
 * @param {Uint8Array} model
 * @returns {Record<string, string>}
 */
export function readMetadata(model) {
  const text = new TextDecoder();
  /** @type {Record<string, string>} */
  const found = {};
  for (const [field, entry] of fields(model)) {
    if (field !== 14) continue;
    const parts = new Map([...fields(entry)].map(([part, value]) => [part, text.decode(value)]));
    found[parts.get(1) ?? ''] = parts.get(2) ?? '';
  }
  return found;
}

/**
 * The fields of a message that have a length, with their numbers; others are passed over.
 * @param {Uint8Array} message
 * @returns {Generator<[number, Uint8Array]>}
 */
function* fields(message) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      if (at >= message.length) throw new Error('the file is damaged or not an ONNX model');
      const byte = message[at++];
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const kind = key % 8;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else if (kind === 2) {
      const end = varint() + at;
      if (end > message.length) throw new Error('the file is damaged or not an ONNX model');
      yield [Math.floor(key / 8), message.subarray(at, end)];
      at = end;
    } else throw new Error('the file is damaged or not an ONNX model');
  }
}

export class RoleClassifier {
  /**
   * @param {Runtime} runtime
   * @param {Session} session
   * @param {Record<string, string>} metadata
   */
  constructor(runtime, session, metadata) {
    const format = metadata['roleclass.format'];
    if (format !== FORMAT) {
      throw new Error(`not a model of roleclass format ${FORMAT} (found: ${format})`);
    }
    this.runtime = runtime;
    this.session = session;
    /** @type {string[]} The columns of the probabilities. */
    this.roles = JSON.parse(metadata['roleclass.roles']);
    /** @type {number[]} The confidence from which an answer is called reliable, for each role. */
    this.thresholds = JSON.parse(metadata['roleclass.thresholds']);
    /** @type {(string | null)[]} What the codes of `reason` mean. */
    this.reasons = JSON.parse(metadata['roleclass.reasons']);
    /** @type {string[]} The columns of the features. */
    this.features = JSON.parse(metadata['roleclass.features']);
  }

  /**
   * @param {Runtime} runtime What `import * as ort from 'onnxruntime-web'` gives.
   * @param {Uint8Array} model The bytes of a model file.
   */
  static async load(runtime, model) {
    const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 3 });
    return new RoleClassifier(runtime, session, readMetadata(model));
  }

  /**
   * @param {string} text
   * @param {string | null} [title]
   * @returns {Promise<Answer>}
   */
  async predict(text, title) {
    return (await this.predictMany([{ text, title }]))[0];
  }

  /**
   * Answer many postings, in order.
   * @param {readonly Posting[]} postings
   * @returns {Promise<Answer[]>}
   */
  async predictMany(postings) {
    const rows = postings.map(({ text, title }) => encode(text, title));
    const tooLarge = rows.map((row) => row.length > MAX_BYTES);
    const read = rows.map((row, i) => (tooLarge[i] ? new Uint8Array(0) : row));
    /** @type {Answer[]} */
    const answers = new Array(rows.length);
    for (const batch of batches(read)) {
      const outputs = await this.run(pack(batch.map((i) => read[i])), ['probabilities', 'reason']);
      const width = this.roles.length;
      batch.forEach((i, k) => {
        const p = Array.from(outputs.probabilities.data.slice(k * width, (k + 1) * width));
        const reason = tooLarge[i] ? TOO_LARGE : this.reasons[Number(outputs.reason.data[k])];
        answers[i] = this.judge(p, reason);
      });
    }
    return answers;
  }

  /**
   * Say what each line of a posting is.
   * @param {string} text
   * @param {string | null} [title]
   * @returns {Promise<import('./reading.mjs').Reading>}
   */
  async read(text, title) {
    const read = document(text, title);
    const data = utf8(read);
    if (data.length > MAX_BYTES) throw new Error(`the posting is ${TOO_LARGE}; read a part of it`);
    return makeReading(read, await this.run(pack([data]), LINE_OUTPUTS));
  }

  /**
   * Run the graph.
   * @param {{ data: Uint8Array, dims: [number, number] }} packed
   * @param {readonly string[]} outputs
   * @returns {Promise<Record<string, any>>}
   */
  run({ data, dims }, outputs) {
    return this.session.run({ utf8: new this.runtime.Tensor('uint8', data, dims) }, outputs);
  }

  /**
   * @param {number[]} p
   * @param {string | null} reason
   * @returns {Answer}
   */
  judge(p, reason) {
    const best = p.indexOf(Math.max(...p));
    const probabilities = Object.fromEntries(this.roles.map((role, k) => [role, p[k]]));
    return reason === null
      ? {
          role: this.roles[best],
          confidence: p[best],
          probabilities,
          reliable: p[best] >= this.thresholds[best],
          reason: null,
        }
      : { role: UNCLEAR, confidence: 0, probabilities, reliable: false, reason };
  }
}

/**
 * Group row numbers into batches of similar length.
 * @param {readonly Uint8Array[]} rows
 * @returns {Generator<number[]>}
 */
function* batches(rows) {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a].length - rows[b].length);
  /** @type {number[]} */
  let batch = [];
  for (const i of order) {
    // Sorted by length, so this row sets the width of the whole batch.
    const size = (batch.length + 1) * rows[i].length;
    if (batch.length && (batch.length === BATCH_ROWS || size > BATCH_BYTES)) {
      yield batch;
      batch = [];
    }
    batch.push(i);
  }
  if (batch.length) yield batch;
}
