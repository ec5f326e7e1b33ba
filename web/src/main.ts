/** The page: what is asked of the worker, and what it answers. */

import '../../src/roleclass/pages/base.css';
import '../../src/roleclass/evidence/templates/posting.css';
import '../../src/roleclass/web/page.css';
import './colours.css';
import example from '../../examples/ai_engineer.txt?raw';
import type { Reading } from '../../examples/runtimes/node/reading.mjs';
import type { Answer } from '../../examples/runtimes/node/roleclass.mjs';
import { DEFINITIONS, LABELS, percent } from './roles.ts';
import type { Reply, Request } from './worker.ts';

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [form, text, title] = [
  byId<HTMLFormElement>('form'),
  byId<HTMLTextAreaElement>('text'),
  byId<HTMLInputElement>('title'),
];
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'roleclass' });
let last = 0;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  last += 1;
  form.setAttribute('aria-busy', 'true');
  worker.postMessage({ id: last, text: text.value, title: title.value } satisfies Request);
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
byId('example').addEventListener('click', () => {
  text.value = example;
  title.value = '';
  form.requestSubmit();
});
worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
  if (data.id !== last) return; // another one has been asked for since
  if ('error' in data) fail(data.error);
  else show(data.answer, data.reading);
});
worker.addEventListener('error', (event) => fail(event.message || 'The worker could not be started.'));

function fail(message: string): void {
  form.removeAttribute('aria-busy');
  byId('fault').textContent = message;
  byId('fault').hidden = false;
  byId('result').hidden = true;
}

function show(answer: Answer, reading: Reading): void {
  const { role, confidence, probabilities, reliable, reason } = answer;
  const headline = `${LABELS[role]}${reason ? `: ${reason}` : `, ${percent(confidence)}`}`;
  byId('answer').className = `role ${role}`;
  byId('answer').replaceChildren(element('span', 'dot'), headline);
  byId('told').textContent =
    DEFINITIONS[role] +
    (reason ? ' The probabilities below are those of the model, without this rule.' : '') +
    (reason || reliable ? '' : ' Unsure: the confidence is below the threshold of this role.');
  const likeliest = Object.entries(probabilities).sort(([, one], [, other]) => other - one);
  byId('probabilities').replaceChildren(...likeliest.map(([name, p]) => bar(name, p)));
  byId('lines').replaceChildren(...rows(reading));
  byId('fault').hidden = true;
  byId('result').hidden = false;
  byId('status').textContent = `${headline}.`;
  form.removeAttribute('aria-busy');
}

function bar(role: string, p: number): HTMLElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'bar');
  svg.setAttribute('aria-hidden', 'true');
  const fill = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  fill.setAttribute('width', `${(100 * p).toFixed(2)}%`);
  fill.setAttribute('height', '100%');
  svg.append(fill);
  const name = element('th', '', LABELS[role]);
  name.scope = 'row';
  return element('tr', `role ${role}`, name, element('td', '', svg), element('td', 'number', percent(p)));
}

/** The whole text, line by line; what stands between two lines goes to the second. */
function* rows({ text, lines }: Reading): Generator<HTMLElement> {
  let done = 0;
  for (const [i, { start, end, part, work, areas }] of lines.entries()) {
    const between = text.slice(done, start);
    const apart = between.split('\n').length > 2 ? ' apart' : '';
    done = i + 1 === lines.length ? text.length : end;
    const kind = work === 'none' ? '' : element('span', `work ${work}`, element('span', 'dot'), work);
    yield element(
      'tr',
      `part-${part}${apart}`,
      element('td', 'text', between.replace(/^[\r\n \t]+/, '') + text.slice(start, done).replace(/[\r\n]+$/, '')),
      element('td', 'part', part),
      element('td', '', kind),
      element('td', 'areas', areas.join(', ')),
    );
  }
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  style: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (style) made.className = style;
  made.append(...children.filter((child) => child !== ''));
  return made;
}
