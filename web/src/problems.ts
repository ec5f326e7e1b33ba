/** The problem areas that a posting's duties are in: src/roleclass/taxonomy/problem_areas.py. */

import taxonomy from 'data:taxonomy';
import type { Reading } from '../../examples/runtimes/node/reading.mjs';
import { type Span, tokenize } from './text.ts';

export interface Mention {
  key: string;
  name: string;
  /** The lines that mention it: places in the text of the reading. */
  sentences: Span[];
}
export interface Problem extends Mention {
  kind: string;
  tier: string | null;
  parts: Mention[];
}

export function problems({ text, lines }: Reading): Problem[] {
  const found = new Map<string, Span[]>();
  for (const { start, end, areas } of lines) {
    for (const key of keys(text.slice(start, end), areas)) {
      found.set(key, [...(found.get(key) ?? []), [start, end]]);
    }
  }
  return Object.entries(taxonomy)
    .filter(([key]) => found.has(key))
    .map(([key, { name, kind, tier, parts }]) => ({
      key,
      name,
      sentences: found.get(key)!,
      kind,
      tier: tier ?? null,
      parts: Object.entries(parts ?? {})
        .map(([part, { name }]) => ({
          key: `${key}.${part}`,
          name,
          sentences: found.get(`${key}.${part}`) ?? [],
        }))
        .filter(({ sentences }) => sentences.length),
    }));
}

/** The areas and sub-patterns that one duty mentions; a line that is none has no areas. */
function keys(duty: string, areas: string[]): Set<string> {
  const found = new Set(areas.filter((area) => area in taxonomy));
  if (!areas.length) return found;
  const words = ` ${tokenize(duty).join(' ')} `;
  for (const [key, { kind, parts }] of Object.entries(taxonomy)) {
    if (kind === 'problem' && !areas.includes(key)) continue;
    for (const [part, { phrases }] of Object.entries(parts ?? {})) {
      if (phrases.some((phrase) => words.includes(` ${phrase} `))) found.add(key).add(`${key}.${part}`);
    }
  }
  return found;
}
