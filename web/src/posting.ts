/** One posting: what it is, how sure that is, why, and what its duties are about. */

import { type Answer, UNCLEAR } from '../../examples/runtimes/node/roleclass.mjs';
import { ask } from './client.ts';
import { announce, byId, download, h, showFault } from './dom.ts';
import type { Explanation } from './evidence.ts';
import { lineList } from './lines.ts';
import { type Mark, marks } from './marks.ts';
import type { Mention, Problem } from './problems.ts';
import type { ModelInfo, Result } from './protocol.ts';
import { DEFINITIONS, LABELS, percent, signed } from './roles.ts';
import { characterOffsets, type Span } from './text.ts';

const TOP = 15; // pieces of evidence that are shown, as by `roleclass explain`

const panel = byId('answer');
const reasons = byId('reasons');
let current = 0;

export async function classify(text: string, title: string): Promise<void> {
  current += 1;
  const mine = current;
  showFault(null);
  panel.setAttribute('aria-busy', 'true');
  try {
    const model = await ask('load', {});
    const result = await ask('read', { text, title });
    if (mine !== current) return; // another one has been asked for
    show(result, model, text, title);
    announce(inWords(result.answer));
  } catch (error) {
    if (mine === current) showFault(error);
  } finally {
    if (mine === current) panel.removeAttribute('aria-busy');
  }
}

function inWords({ role, confidence, reliable, reason }: Answer): string {
  if (reason !== null) return `Unclear: ${reason}.`;
  return `${LABELS[role]}, ${percent(confidence)}, ${reliable ? 'reliable' : 'in doubt'}.`;
}

function show(result: Result, model: ModelInfo, text: string, title: string): void {
  const { answer, problems } = result;
  const why = h('div', { class: 'why' });
  showWhy(why, result.why, model.roles, text, title);
  panel.dataset.role = answer.role;
  panel.replaceChildren(
    h('h2', { id: 'answer-heading', tabindex: '-1' }, LABELS[answer.role]),
    h('p', { class: 'definition' }, DEFINITIONS[answer.role]),
    doubt(answer, model),
    bars(answer, model),
    h('p', {}, h('button', { type: 'button', onclick: () => save(result) }, 'Download as JSON')),
  );
  reasons.replaceChildren(why, problemList(problems, result.why.document));
  panel.hidden = false;
  reasons.hidden = false;
  panel.scrollIntoView({ block: 'nearest' });
}

function doubt({ role, confidence, reliable, reason, probabilities }: Answer, model: ModelInfo): HTMLElement {
  if (reason !== null) {
    return h(
      'p',
      { class: 'doubt unclear' },
      h('b', {}, `Unclear: ${reason}.`),
      ' A rule says so, not the model. What the model alone would say, shown below, means little.',
    );
  }
  if (reliable) {
    return h(
      'p',
      { class: 'doubt' },
      h('b', {}, `${percent(confidence)}, reliable.`),
      ' Of such answers, nine in ten were right when it was tested.',
    );
  }
  const threshold = model.thresholds[model.roles.indexOf(role)];
  const [, second] = [...model.roles].sort((a, b) => probabilities[b] - probabilities[a]);
  return h(
    'p',
    { class: 'doubt unsure' },
    h('b', {}, `${percent(confidence)}, in doubt.`),
    ` ${LABELS[role]} counts as reliable from ${percent(threshold)}. It may well be ${LABELS[second]}.`,
  );
}

function bars({ probabilities }: Answer, { roles, thresholds }: ModelInfo): HTMLElement {
  return h(
    'table',
    { class: 'bars' },
    h('caption', {}, 'How likely each role is. The tick: from there on an answer is called reliable.'),
    h(
      'tbody',
      {},
      ...roles.map((role, k) => {
        const fill = h('span', { class: 'fill', 'data-role': role });
        fill.style.width = `${100 * probabilities[role]}%`;
        const tick = h('span', { class: 'tick' });
        tick.style.left = `${100 * thresholds[k]}%`;
        return h(
          'tr',
          {},
          h('th', { scope: 'row' }, LABELS[role]),
          h('td', { class: 'bar' }, h('span', { class: 'track', 'aria-hidden': 'true' }, fill, tick)),
          h('td', { class: 'number' }, percent(probabilities[role])),
        );
      }),
    ),
  );
}

function showWhy(place: HTMLElement, why: Explanation, roles: string[], text: string, title: string): void {
  const again = async (role: string, against: string) => {
    const other = roles.find((one) => one !== role) ?? '';
    const read = await ask('read', { text, title, role, against: role === against ? other : against });
    const focused = document.activeElement?.id;
    showWhy(place, read.why, roles, text, title);
    if (focused) document.getElementById(focused)?.focus();
  };
  const choose = (id: string, label: string, chosen: string, change: (role: string) => Promise<void>) => {
    const select = h(
      'select',
      { id, 'aria-label': label },
      ...roles.map((role) => h('option', { value: role, selected: role === chosen }, LABELS[role])),
    );
    select.addEventListener('change', () => void change(select.value).catch(showFault));
    return select;
  };
  place.replaceChildren(
    h('h2', { id: 'why-heading' }, 'Why?'),
    h(
      'p',
      { class: 'pair' },
      'What speaks for ',
      choose('for-role', 'Role to explain', why.role, (role) => again(role, why.against)),
      ' against ',
      choose('against-role', 'Role to compare it with', why.against, (against) => again(why.role, against)),
    ),
    h(
      'p',
      { class: 'hint' },
      'Weights are in log-odds and add up to ',
      h('b', {}, signed(why.logOdds)),
      '. ',
      h('mark', { class: 'for' }, 'Underlined'),
      ` speaks for ${LABELS[why.role]}, `,
      h('mark', { class: 'against' }, 'dotted'),
      ` for ${LABELS[why.against]}.`,
    ),
    h(
      'div',
      { class: 'columns' },
      h(
        'div',
        {
          class: 'document',
          role: 'region',
          'aria-label': 'The posting with its evidence marked',
          tabindex: '0',
        },
        ...highlighted(why),
      ),
      weights(why),
    ),
    lineList(why),
  );
}

function* highlighted(why: Explanation): Generator<Node | string> {
  const stretches = marks(why, TOP);
  const strongest = stretches.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
  let done = 0;
  for (const stretch of stretches) {
    yield why.document.slice(done, stretch.start);
    yield marked(why.document, stretch, strongest);
    done = stretch.end;
  }
  yield why.document.slice(done);
}

function marked(document: string, { start, end, weight }: Mark, strongest: number): HTMLElement {
  const mark = h('mark', { class: weight > 0 ? 'for' : 'against', title: signed(weight) });
  mark.style.setProperty('--strength', (0.1 + (0.4 * Math.abs(weight)) / strongest).toFixed(2));
  mark.textContent = document.slice(start, end);
  return mark;
}

function weights({ evidence, prior }: Explanation): HTMLElement {
  const shown = evidence.slice(0, TOP);
  const rest = evidence.slice(TOP);
  const sum = rest.reduce((total, { weight }) => total + weight, 0);
  const row = (weight: number, name: string, times: string, quiet = '') =>
    h(
      'tr',
      { class: quiet },
      h('td', { class: `number ${weight > 0 ? 'for' : 'against'}` }, signed(weight)),
      h('th', { scope: 'row' }, name),
      h('td', { class: 'number' }, times),
    );
  return h(
    'table',
    { class: 'weights' },
    h('caption', { class: 'visually-hidden' }, 'The weightiest evidence'),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', class: 'number' }, 'weight'),
        h('th', { scope: 'col' }, 'what'),
        h('th', { scope: 'col', class: 'number' }, 'times'),
      ),
    ),
    h(
      'tbody',
      {},
      ...shown.map(({ weight, name, spans }) => row(weight, name, spans.length ? String(spans.length) : '')),
      rest.length > 0 && row(sum, `${rest.length} more together`, '', 'quiet'),
      row(prior, 'before reading', '', 'quiet'),
    ),
  );
}

function problemList(problems: Problem[], text: string): HTMLElement {
  const main = problems.filter(({ kind }) => kind === 'problem');
  const older = problems.filter(({ kind }) => kind !== 'problem');
  return h(
    'section',
    { class: 'problems', 'aria-labelledby': 'problems-heading' },
    h('h2', { id: 'problems-heading' }, 'What the duties are about'),
    main.length === 0 &&
      h('p', { class: 'hint' }, 'No duty was found that is in one of the sixteen problem areas.'),
    h('div', { class: 'areas' }, ...main.map((problem) => area(problem, text))),
    older.length > 0 &&
      h(
        'details',
        { class: 'older' },
        h('summary', {}, `In the older list of responsibilities: ${older.length}`),
        h('div', { class: 'areas' }, ...older.map((problem) => area(problem, text))),
      ),
  );
}

function area(problem: Problem, text: string): HTMLElement {
  const quotes = ({ sentences }: Mention) =>
    h('ul', {}, ...sentences.map(([start, end]) => h('li', {}, text.slice(start, end).replace(/\s+/g, ' '))));
  const within = new Set(problem.parts.flatMap(({ sentences }) => sentences.map(String)));
  const alone = problem.sentences.filter((span) => !within.has(String(span)));
  return h(
    'details',
    { class: 'area' },
    h(
      'summary',
      {},
      h('b', {}, problem.name),
      h('span', {}, [problem.tier, times(problem.sentences.length)].filter(Boolean).join(', ')),
    ),
    ...problem.parts.map((part) => h('div', { class: 'part' }, h('h3', {}, part.name), quotes(part))),
    alone.length > 0 && quotes({ ...problem, sentences: alone }),
  );
}

const times = (sentences: number) => (sentences === 1 ? '1 duty' : `${sentences} duties`);

/** What `roleclass explain --json` prints, and the problems; offsets are in characters, as in Python. */
function save({ answer, why, problems }: Result): void {
  const at = characterOffsets(why.document);
  const places = (spans: Span[]) => spans.map(([start, end]) => [at(start), at(end)]);
  const mention = ({ key, name, sentences }: Mention) => ({ key, name, sentences: places(sentences) });
  const content = {
    prediction: answer,
    role: why.role,
    against: why.against,
    log_odds: why.logOdds,
    prior: why.prior,
    evidence: why.evidence.map(({ kind, name, weight, spans }) => ({
      kind,
      name,
      weight,
      spans: places(spans),
    })),
    lines: why.lines.map(({ start, end, part, work, areas, weight }) => ({
      start: at(start),
      end: at(end),
      part,
      work,
      areas,
      weight,
    })),
    problems: problems.map((problem) => ({
      ...mention(problem),
      kind: problem.kind,
      tier: problem.tier,
      parts: problem.parts.map(mention),
    })),
  };
  const name = answer.role === UNCLEAR ? 'posting' : answer.role;
  download(
    new Blob([JSON.stringify(content, null, 1)], { type: 'application/json' }),
    `roleclass-${name}.json`,
  );
}
