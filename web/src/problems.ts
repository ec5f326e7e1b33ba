/** The problem areas that a posting's duties mention: src/roleclass/market/problems.py. */

import taxonomy, { type Part } from 'data:problems';
import { type Pattern, parsePattern, SentenceIndex } from './patterns.ts';
import { duties } from './sentences.ts';
import type { Span } from './text.ts';

export interface Mention {
  key: string;
  name: string;
  sentences: Span[];
}
export interface Problem extends Mention {
  kind: string;
  tier: string | null;
  parts: Mention[];
}

interface Entry {
  patterns: Pattern[];
  unless: Pattern[];
  /** Keys of others whose mentions count for this one, too. */
  counting: string[];
}

const entries = new Map<string, Entry>();
for (const [key, area] of Object.entries(taxonomy.areas)) {
  const parts = Object.entries(area.parts ?? {}).map(([name, part]) => [`${key}.${name}`, part] as const);
  add(
    key,
    area,
    parts.map(([name]) => name),
  );
  for (const [name, part] of parts) add(name, part, []);
}

function add(key: string, part: Part, below: string[]): void {
  const parse = (written: string) => parsePattern(written, taxonomy.sets);
  entries.set(key, {
    patterns: (part.patterns ?? []).map(parse),
    unless: (part.unless ?? []).map(parse),
    counting: [...(part.like ?? []), ...below],
  });
}

export function problems(text: string): Problem[] {
  const spans = duties(text);
  const index = new SentenceIndex(spans.map(([start, end]) => text.slice(start, end)));
  const found = new Map<string, number[]>();
  const gather = (key: string): number[] => {
    let known = found.get(key);
    if (!known) {
      const { patterns, unless, counting } = entries.get(key)!;
      const all = [...index.search(patterns, unless), ...counting.flatMap(gather)];
      known = [...new Set(all)].sort((a, b) => a - b);
      found.set(key, known);
    }
    return known;
  };
  const mention = (key: string, { name }: Part): Mention => ({
    key,
    name,
    sentences: gather(key).map((i) => spans[i]),
  });
  return Object.entries(taxonomy.areas)
    .map(([key, area]) => ({
      ...mention(key, area),
      kind: area.kind,
      tier: area.tier ?? null,
      parts: Object.entries(area.parts ?? {})
        .map(([name, part]) => mention(`${key}.${name}`, part))
        .filter(({ sentences }) => sentences.length),
    }))
    .filter(({ sentences }) => sentences.length);
}
