/** A table of postings: choose its columns, score it, look at it, take it away. */

import { ask } from './client.ts';
import { announce, byId, download, h, showFault } from './dom.ts';
import type { OpenTable, ScoredRow } from './protocol.ts';
import { LABELS, percent } from './roles.ts';

const PAGE_ROWS = 50;
const NONE = '';

const panel = byId('table');
type Show = (posting: string, title: string) => Promise<void>;

/** Read a CSV or TSV file and ask for its columns. */
export async function openTable(file: File, show: Show): Promise<void> {
  const delimiter = /\.csv$/i.test(file.name) ? ',' : '\t';
  announce(`Reading ${file.name}.`);
  const table = await ask('open', { file, delimiter });
  panel.replaceChildren(
    h('h2', { id: 'table-heading', tabindex: '-1' }, file.name),
    h('p', { class: 'hint' }, `${table.rows.toLocaleString('en')} rows, ${table.header.length} columns`),
    columnForm(table, (text, title) => score(file.name, table, text, title, show)),
    h('div', { id: 'scores' }),
  );
  panel.hidden = false;
  for (const id of ['answer', 'reasons']) byId(id).hidden = true; // of a posting that is not in this table
  byId('table-heading').focus();
}

function columnForm(
  { header, guess }: OpenTable,
  start: (text: string, title: string | null) => Promise<void>,
): HTMLElement {
  const choose = (id: string, label: string, candidates: string[], none: string) => {
    const [only] = candidates.length === 1 ? candidates : [NONE];
    const select = h(
      'select',
      { id },
      h('option', { value: NONE }, none),
      ...header.map((name) => h('option', { value: name, selected: name === only }, name)),
    );
    const said =
      candidates.length > 1
        ? `more than one may be it: ${candidates.join(', ')}`
        : candidates.length
          ? 'guessed from its name'
          : '';
    return {
      select,
      field: h('p', {}, h('label', { htmlFor: id }, label), select, h('span', { class: 'hint' }, said)),
    };
  };
  const text = choose('text-column', 'Column of the text', guess.text, 'choose…');
  const title = choose('title-column', 'Column of the title', guess.title, 'none');
  text.select.required = true;
  const form = h(
    'form',
    { class: 'columns-form', 'aria-label': 'Columns' },
    text.field,
    title.field,
    h('button', { type: 'submit', class: 'primary' }, 'Score the table'),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = form.querySelectorAll<HTMLSelectElement | HTMLButtonElement>('select, button');
    for (const field of fields) field.disabled = true;
    showFault(null);
    try {
      await start(text.select.value, title.select.value || null);
    } catch (error) {
      showFault(error);
    } finally {
      for (const field of fields) field.disabled = false;
    }
  });
  return form;
}

async function score(
  file: string,
  table: OpenTable,
  text: string,
  title: string | null,
  show: Show,
): Promise<void> {
  const place = byId('scores');
  const bar = h('progress', { max: Math.max(1, table.rows), value: 0, 'aria-label': 'Rows scored' });
  const count = h('span', {}, '0 rows');
  const stop = h('button', { type: 'button', onclick: () => void ask('cancel', {}) }, 'Cancel');
  place.replaceChildren(h('div', { class: 'progress' }, bar, count, stop));
  announce('Scoring.');
  const rows: ScoredRow[] = [];
  const started = performance.now();
  let content: Blob | null;
  try {
    content = await ask('score', { text, title }, (progress) => {
      rows.push(...progress.rows);
      bar.value = progress.done;
      count.textContent = `${progress.done.toLocaleString('en')} of ${progress.total.toLocaleString('en')} rows`;
    });
  } catch (error) {
    place.replaceChildren();
    throw error;
  }
  if (content === null) {
    place.replaceChildren(h('p', { class: 'hint' }, 'Cancelled; nothing was kept.'));
    announce('Cancelled.');
    return;
  }
  const seconds = (performance.now() - started) / 1000;
  const said = `${rows.length.toLocaleString('en')} rows scored in ${seconds.toFixed(1)} seconds.`;
  place.replaceChildren(...results(rows, content, file, said, show));
  announce(said);
}

function results(rows: ScoredRow[], content: Blob, file: string, said: string, show: Show): HTMLElement[] {
  const list = h('div');
  const errors = rows.filter(({ reason }) => reason?.startsWith('error: ')).length;
  const dot = file.lastIndexOf('.');
  const name = `${file.slice(0, dot)}.roles${file.slice(dot)}`;
  let role: string | null = null;
  const choose = (chosen: string | null) => {
    role = role === chosen ? null : chosen;
    for (const button of chart.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.dataset.role === role));
    }
    list.replaceChildren(...page(rows, role, 0, list, show));
  };
  const chart = roleChart(rows, choose);
  list.replaceChildren(...page(rows, role, 0, list, show));
  return [
    h(
      'div',
      { class: 'actions' },
      h(
        'button',
        { type: 'button', class: 'primary', onclick: () => download(content, name) },
        'Download the scored table',
      ),
      h(
        'span',
        { class: 'hint' },
        said,
        errors > 0 && ` ${errors.toLocaleString('en')} could not be scored; their reason says why.`,
      ),
    ),
    chart,
    list,
    h(
      'p',
      { class: 'hint' },
      'Cells are written as they were read. A cell that begins with =, +, - or @ is a formula to a spreadsheet: ' +
        'if strangers wrote the postings, import the file as text rather than opening it.',
    ),
  ];
}

function roleChart(rows: ScoredRow[], choose: (role: string | null) => void): HTMLElement {
  const counts = Object.keys(LABELS).map((role) => ({
    role,
    all: rows.filter((row) => row.role === role).length,
    reliable: rows.filter((row) => row.role === role && row.reliable).length,
  }));
  const most = Math.max(1, ...counts.map(({ all }) => all));
  return h(
    'div',
    { class: 'chart', role: 'group', 'aria-label': 'Rows of each role; press one to see its rows only' },
    h('h3', {}, 'Roles'),
    ...counts.map(({ role, all, reliable }) => {
      const sure = h('span', { class: 'fill', 'data-role': role });
      sure.style.width = `${(100 * reliable) / most}%`;
      const unsure = h('span', { class: 'fill pale', 'data-role': role });
      unsure.style.width = `${(100 * (all - reliable)) / most}%`;
      return h(
        'button',
        {
          type: 'button',
          'data-role': role,
          'aria-pressed': 'false',
          onclick: () => choose(role),
        },
        h('span', { class: 'name' }, LABELS[role]),
        h('span', { class: 'track', 'aria-hidden': 'true' }, sure, unsure),
        h(
          'span',
          { class: 'number' },
          all.toLocaleString('en'),
          h('span', { class: 'share' }, ` ${percent(all / Math.max(1, rows.length))}`),
        ),
      );
    }),
    h('p', { class: 'hint' }, 'Full colour: reliable. Pale: in doubt. Press a role to see its rows only.'),
  );
}

function page(
  rows: ScoredRow[],
  role: string | null,
  first: number,
  list: HTMLElement,
  show: Show,
): HTMLElement[] {
  const numbers = rows.flatMap((row, i) => (role === null || row.role === role ? [i] : []));
  const shown = numbers.slice(first, first + PAGE_ROWS);
  const turn = (to: number) => {
    list.replaceChildren(...page(rows, role, to, list, show));
    list.querySelector<HTMLElement>('h3')?.focus();
  };
  const range = shown.length
    ? `${(first + 1).toLocaleString('en')} to ${(first + shown.length).toLocaleString('en')} of ${numbers.length.toLocaleString('en')}`
    : 'none';
  return [
    h('h3', { tabindex: '-1' }, `${role === null ? 'Rows' : LABELS[role]}: ${range}`),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Scored rows' },
      h(
        'table',
        { class: 'rows' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...['row', 'posting', 'role', 'confidence', 'reliable'].map((name) =>
              h('th', { scope: 'col' }, name),
            ),
          ),
        ),
        h('tbody', {}, ...shown.map((number) => tableRow(rows[number], number, show))),
      ),
    ),
    h(
      'div',
      { class: 'actions' },
      h(
        'button',
        { type: 'button', disabled: first === 0, onclick: () => turn(first - PAGE_ROWS) },
        'Previous',
      ),
      h(
        'button',
        {
          type: 'button',
          disabled: first + PAGE_ROWS >= numbers.length,
          onclick: () => turn(first + PAGE_ROWS),
        },
        'Next',
      ),
    ),
  ];
}

function tableRow(
  { label, role, confidence, reliable, reason }: ScoredRow,
  number: number,
  show: Show,
): HTMLElement {
  const open = async () => {
    try {
      const { text, title } = await ask('row', { number });
      await show(text, title);
      byId('answer').scrollIntoView({ block: 'start' });
      byId('answer').querySelector<HTMLElement>('h2')?.focus();
    } catch (error) {
      showFault(error);
    }
  };
  return h(
    'tr',
    {},
    h('td', { class: 'number' }, (number + 1).toLocaleString('en')),
    h(
      'td',
      {},
      h('button', { type: 'button', class: 'link', onclick: () => void open() }, label || '(empty)'),
    ),
    h('td', {}, h('span', { class: 'role', 'data-role': role }, LABELS[role])),
    reason === null
      ? h('td', { class: 'number' }, percent(confidence))
      : h('td', { class: 'reason', colspan: '2' }, reason),
    reason === null && h('td', {}, reliable ? 'yes' : 'no'),
  );
}
