/** What each line of a posting was taken for, and what it weighs. */

import { h } from './dom.ts';
import type { Explanation } from './evidence.ts';
import { signed } from './roles.ts';

export function lineList({ document, lines }: Explanation): HTMLElement {
  return h(
    'details',
    { class: 'older' },
    h('summary', {}, `Line by line: ${lines.length}`),
    h(
      'ol',
      { class: 'lines' },
      ...lines.map(({ start, end, part, work, areas, weight }) =>
        h(
          'li',
          { 'data-part': part },
          document.slice(start, end).replace(/\s+/g, ' '),
          h('span', {}, [part, work === 'none' ? '' : work, ...areas, signed(weight)].filter(Boolean).join(', ')),
        ),
      ),
    ),
  );
}
