/**
 * Why the model answers as it does: src/roleclass/evidence.py.
 *
 * The only place that knows the outputs of the graph from which explanations are made.
 */

import concepts from 'data:lexicon';
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
}

const OF_ONE_CONCEPT: Record<string, string> = { density: 'in the posting', title: 'in the title' };

export async function explain(
  classifier: RoleClassifier,
  text: string,
  title: string,
  role?: string,
  against?: string,
): Promise<Explanation> {
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
  // The column after the last n-gram collects what is no n-gram; its weight is 0.
  const count = of('ngram_weights').length / width - 1;
  const length = of('length')[0];
  const tfIdf = new Float64Array(count + 1);
  outputs.found_ngram.data.forEach((ngram: number, i: number) => {
    tfIdf[ngram] = of('found_weight')[i];
  });
  const weights = features.map((_, i) =>
    i < count
      ? (tfIdf[i] / length) * difference(of('ngram_weights'), i)
      : of('blocks')[i - count] * difference(of('block_weights'), i - count),
  );
  const prior = Math.fround(of('intercept')[a] - of('intercept')[b]);

  const read = document(text, title);
  const places = new Places(
    read,
    data,
    outputs.found_ngram.data,
    outputs.found_word.data,
    features.slice(0, count),
  );
  const evidence = weights
    .map((weight, column) => ({ weight, column }))
    .filter(({ weight }) => weight !== 0)
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .map(({ weight, column }) => {
      const feature = features[column];
      const colon = feature.indexOf(':');
      const kind = feature.slice(0, colon);
      return { kind, weight, ...places.describe(kind, feature.slice(colon + 1)) };
    });
  return {
    document: read,
    role: roles[a],
    against: roles[b],
    logOdds: weights.reduce((sum, weight) => sum + weight, prior),
    prior,
    evidence,
  };
}

/** Where n-grams and concepts stand in one posting. */
class Places {
  readonly #byPhrase = new Map<string, Span[]>();
  readonly #titleEnd: number;

  constructor(read: string, data: Uint8Array, ngrams: Int32Array, words: Int32Array, names: string[]) {
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
      const span: Span = [tokens[words[i]][0], tokens[last][1]];
      const known = this.#byPhrase.get(phrase);
      if (known) known.push(span);
      else this.#byPhrase.set(phrase, [span]);
    }
    this.#titleEnd = data.includes(10) ? read.indexOf('\n') : 0;
  }

  /** A name for a person and the spans of one feature. */
  describe(kind: string, name: string): { name: string; spans: Span[] } {
    if (kind === 'ngram') return { name, spans: this.#byPhrase.get(name) ?? [] };
    if (!(kind in OF_ONE_CONCEPT)) return { name, spans: [] };
    const concept = concepts[name] ?? { name, phrases: [] };
    const spans = new Map<string, Span>();
    for (const phrase of concept.phrases) {
      for (const span of this.#byPhrase.get(phrase) ?? []) {
        if (kind === 'density' || span[1] <= this.#titleEnd) spans.set(span.join(), span);
      }
    }
    return {
      name: `${concept.name}, ${OF_ONE_CONCEPT[kind]}`,
      spans: [...spans.values()].sort((x, y) => x[0] - y[0] || x[1] - y[1]),
    };
  }
}
