/**
 * Why the model answers as it does: src/roleclass/evidence/explanation.py.
 *
 * The only place that knows the outputs of the graph from which explanations are made.
 */

import concepts from 'data:lexicon';
import { type Line, makeReading } from '../../examples/runtimes/node/reading.mjs';
import { document, encode, pack, type RoleClassifier } from '../../examples/runtimes/node/roleclass.mjs';
import type { Span } from './text.ts';

export interface Evidence {
  kind: string;
  name: string;
  /** Log-odds that it adds to the role. */
  weight: number;
  /** Where it stands in the document; nothing for what is said of the posting as a whole. */
  spans: Span[];
}

export interface Explanation {
  document: string;
  role: string;
  against: string;
  logOdds: number;
  prior: number;
  /** The weightiest first. */
  evidence: Evidence[];
  /** Each line with what it weighs: its words, and its share of concepts, kinds of lines and areas. */
  lines: (Line & { weight: number })[];
}

const OF_ONE_CONCEPT: Record<string, string> = { density: 'in the posting', title: 'in the title' };

export async function explain(
  classifier: RoleClassifier,
  text: string,
  title: string,
  role?: string,
  against?: string,
): Promise<Explanation> {
  const read = document(text, title);
  const data = encode(text, title);
  const outputs = await classifier.run(pack([data]), classifier.session.outputNames);
  const of = (name: string): Float32Array => outputs[name].data;
  const { roles, features } = classifier;
  const likeliest = roles.map((_, k) => k).sort((a, b) => of('probabilities')[b] - of('probabilities')[a]);
  const a = role ? roles.indexOf(role) : likeliest.filter((k) => roles[k] !== against)[0];
  const b = against ? roles.indexOf(against) : likeliest.filter((k) => k !== a)[0];

  const width = roles.length;
  const difference = (weights: Float32Array, row: number) =>
    weights[row * width + a] - weights[row * width + b];
  // The row after the last n-gram stands for what is no n-gram; it weighs nothing.
  const count = of('ngram_weights').length / width - 1;
  const { lines } = makeReading(read, outputs);
  const ofLines = new Float64Array(lines.length);
  const ofNgrams = new Float64Array(count + 1);
  outputs.found_ngram.data.forEach((ngram: number, i: number) => {
    const line = outputs.found_line.data[i];
    const weight = (of('line_weight')[line] * difference(of('ngram_weights'), ngram)) / of('divisor')[0];
    ofNgrams[ngram] += weight;
    ofLines[line] += weight;
  });
  const weights = features.map((_, i) =>
    i < count ? ofNgrams[i] : of('blocks')[i - count] * difference(of('block_weights'), i - count),
  );
  const prior = Math.fround(of('intercept')[a] - of('intercept')[b]);

  const places = new Places(read, data, outputs, features.slice(0, count));
  const share = (weight: number, over: [line: number, of: number][]) => {
    const whole = over.reduce((sum, [, part]) => sum + part, 0);
    if (whole > 0) for (const [line, part] of over) ofLines[line] += (weight * part) / whole;
  };
  const evidence = weights
    .map((weight, column) => ({ weight, column }))
    .filter(({ weight }) => weight !== 0)
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .map(({ weight, column }) => {
      const feature = features[column];
      const colon = feature.indexOf(':');
      const [kind, key] = [feature.slice(0, colon), feature.slice(colon + 1)];
      const { name, mentions } = places.describe(kind, key);
      if (kind in OF_ONE_CONCEPT) share(weight, mentions.map(({ line }) => [line, of('line_weight')[line]]));
      if (kind === 'line' || kind === 'area') share(weight, lines.map((line, i) => [i, holds(kind, key, line)]));
      return { kind, name, weight, spans: mentions.map(({ span }) => span) };
    });
  return {
    document: read,
    role: roles[a],
    against: roles[b],
    logOdds: weights.reduce((sum, weight) => sum + weight, prior),
    prior,
    evidence,
    lines: lines.map((line, i) => ({ ...line, weight: ofLines[i] })),
  };
}

/** How far a line is of the kind that a column speaks of, such as `lines: duty, genai`. */
function holds(block: string, name: string, { partProbabilities: part, ...line }: Line): number {
  const [first, second] = (name.split(': ')[1] ?? '').split(', ');
  if (block === 'area') return part.duty * line.areaProbabilities[first];
  const ofPart = part[first] ?? part.duty + part.requirement;
  return second ? ofPart * line.workProbabilities[second] : ofPart;
}

interface Place {
  span: Span;
  line: number;
}

/** Where n-grams and concepts stand in one posting. */
class Places {
  readonly #byPhrase = new Map<string, Place[]>();
  readonly #titleEnd: number;

  constructor(read: string, data: Uint8Array, outputs: Record<string, { data: Int32Array }>, names: string[]) {
    const [ngrams, words, lines] = ['ngram', 'word', 'line'].map((of) => outputs[`found_${of}`].data);
    // Token bytes are ASCII, so the tokens of the string are those of its bytes, in order.
    const tokens = [...read.matchAll(/[a-zA-Z0-9+#]+/g)].map(
      ({ index, 0: token }): Span => [index, index + token.length],
    );
    const order = Array.from(words, (_, i) => i).sort((i, j) => words[i] - words[j] || ngrams[i] - ngrams[j]);
    for (const i of order) {
      const ngram = ngrams[i];
      if (ngram === names.length) continue; // words that are no n-gram, alone or on the way to one
      const phrase = names[ngram].slice('ngram:'.length);
      const last = words[i] + phrase.split(' ').length - 1;
      const place: Place = { span: [tokens[words[i]][0], tokens[last][1]], line: lines[i] };
      const known = this.#byPhrase.get(phrase);
      if (known) known.push(place);
      else this.#byPhrase.set(phrase, [place]);
    }
    this.#titleEnd = data.includes(10) ? read.indexOf('\n') : 0;
  }

  /** A name for a person and the mentions of one feature. */
  describe(kind: string, name: string): { name: string; mentions: Place[] } {
    if (kind === 'ngram') return { name, mentions: this.#byPhrase.get(name) ?? [] };
    if (!(kind in OF_ONE_CONCEPT)) return { name, mentions: [] };
    const concept = concepts[name] ?? { name, phrases: [] };
    return {
      name: `${concept.name}, ${OF_ONE_CONCEPT[kind]}`,
      mentions: concept.phrases
        .flatMap((phrase) => this.#byPhrase.get(phrase) ?? [])
        .filter(({ span }) => kind === 'density' || span[1] <= this.#titleEnd)
        .sort(({ span: x }, { span: y }) => x[0] - y[0] || x[1] - y[1]),
    };
  }
}
