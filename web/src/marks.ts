/** Which stretches of a posting to highlight: `marks` of src/roleclass/evidence/page.py. */

import type { Explanation } from './evidence.ts';

export interface Mark {
  start: number;
  end: number;
  weight: number;
}

/**
 * The stretches to highlight, in order and apart from each other: src/roleclass/evidence/page.py.
 *
 * A stretch where several of the `top` pieces of evidence stand has the sum of what they weigh, each
 * shared out over its places.
 */
export function marks({ evidence }: Explanation, top: number): Mark[] {
  const change = new Map<number, { begins: number; ends: number; by: number }>();
  const at = (place: number) => {
    let known = change.get(place);
    if (!known) {
      known = { begins: 0, ends: 0, by: 0 };
      change.set(place, known);
    }
    return known;
  };
  for (const { weight, spans } of evidence.slice(0, top)) {
    for (const [start, end] of spans) {
      const share = weight / spans.length;
      at(start).begins += 1;
      at(start).by += share;
      at(end).ends += 1;
      at(end).by -= share;
    }
  }
  const borders = [...change].sort(([a], [b]) => a - b);
  const found: Mark[] = [];
  let open = 0;
  let weight = 0;
  borders.forEach(([place, { begins, ends, by }], i) => {
    open += begins - ends;
    weight = open ? weight + by : 0;
    const next = borders[i + 1];
    if (open && next && weight) found.push({ start: place, end: next[0], weight });
  });
  return found;
}
