/** The pattern language of problems.toml, and a search of many sentences at once: src/roleclass/market/patterns.py. */

import { tokenize } from './text.ts';

const MAX_GAP = 6;
const SPACING = 64; // between sentences, so that no pattern reaches from one into the next

interface Step {
  phrases: string[][];
  gap: number;
}
export type Pattern = Step[];
/** A stretch of tokens: its first and one past its last. */
type Match = [start: number, stop: number];

export function parsePattern(written: string, sets: Record<string, string[]>): Pattern {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of written.split(' ').filter(Boolean)) {
    if (part === '..') {
      gap = MAX_GAP;
      continue;
    }
    const phrases = part
      .split('|')
      .flatMap((choice) => (choice.startsWith('{') ? sets[choice.slice(1, -1)] : [choice]))
      .map((phrase) => phrase.split(' ').filter(Boolean));
    steps.push({ phrases, gap });
    gap = 0;
  }
  return steps;
}

export class SentenceIndex {
  readonly #places = new Map<string, number[]>();
  readonly #found = new Map<string, Match[]>();
  readonly #starts: number[] = [];

  constructor(sentences: string[]) {
    let at = 0;
    for (const sentence of sentences) {
      this.#starts.push(at);
      for (const token of tokenize(sentence)) {
        const places = this.#places.get(token);
        if (places) places.push(at);
        else this.#places.set(token, [at]);
        at += 1;
      }
      at += SPACING;
    }
  }

  /** The numbers of the sentences that a pattern matches, in order; matches that one of `unless` overlaps do not count. */
  search(patterns: Pattern[], unless: Pattern[]): number[] {
    let found = patterns.flatMap((pattern) => this.#match(pattern));
    if (found.length) {
      const barred = unless.flatMap((pattern) => this.#match(pattern));
      found = found.filter(([start, stop]) => !barred.some(([s, e]) => s < stop && e > start));
    }
    const numbers = found.map(([start]) => this.#starts.findLastIndex((first) => first <= start));
    return [...new Set(numbers)].sort((a, b) => a - b);
  }

  #match(pattern: Pattern): Match[] {
    let found = this.#find(pattern[0]);
    for (const step of pattern.slice(1)) {
      if (!found.length) break;
      const after = this.#find(step);
      found = found.flatMap(([start, stop]) =>
        after.filter(([s]) => s >= stop && s <= stop + step.gap).map(([, e]): Match => [start, e]),
      );
    }
    return found;
  }

  #find({ phrases }: Step): Match[] {
    const key = phrases.map((phrase) => phrase.join(' ')).join('|');
    let known = this.#found.get(key);
    if (!known) {
      known = phrases.flatMap((phrase) => this.#findPhrase(phrase));
      this.#found.set(key, known);
    }
    return known;
  }

  #findPhrase(phrase: string[]): Match[] {
    let first = this.#placesOf(phrase[0]);
    for (let i = 1; i < phrase.length && first.length; i++) {
      const there = new Set(this.#placesOf(phrase[i]));
      first = first.filter((place) => there.has(place + i));
    }
    return first.map((place) => [place, place + phrase.length]);
  }

  #placesOf(word: string): number[] {
    if (!word.endsWith('*')) return this.#places.get(word) ?? [];
    const prefix = word.slice(0, -1);
    return [...this.#places].flatMap(([token, places]) => (token.startsWith(prefix) ? places : []));
  }
}
