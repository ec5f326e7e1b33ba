/** The page as a whole: what is dropped, opened and chosen; theme and codebook. */

import codebook from 'data:codebook';
import examples from 'data:examples';
import { ask } from './client.ts';
import { byId, h, showFault } from './dom.ts';
import { classify } from './posting.ts';
import { openTable } from './table.ts';

const form = byId<HTMLFormElement>('posting-form');
const title = byId<HTMLInputElement>('title');
const text = byId<HTMLTextAreaElement>('posting');

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void classify(text.value, title.value);
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
text.addEventListener('paste', () => {
  // What is pasted into an empty field is a whole posting.
  if (text.value === '') setTimeout(() => form.requestSubmit());
});
for (const button of form.querySelectorAll<HTMLButtonElement>('[data-example]')) {
  button.addEventListener('click', () => show(examples[Number(button.dataset.example)], ''));
}

function show(posting: string, named: string): Promise<void> {
  text.value = posting;
  title.value = named;
  return classify(posting, named);
}

async function openFile(file: File): Promise<void> {
  showFault(null);
  try {
    if (/\.(csv|tsv|tab)$/i.test(file.name)) await openTable(file, show);
    else if (/\.(parquet|xlsx?|pdf|docx?|zip|gz|jsonl|ndjson)$/i.test(file.name)) {
      throw new Error(
        `${file.name}: the page reads text files and CSV. The command \`roleclass score\` reads Parquet and JSON Lines.`,
      );
    } else await show(await readText(file), '');
  } catch (error) {
    showFault(error);
  }
}

async function readText(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const little = bytes[0] === 0xff && bytes[1] === 0xfe;
  const big = bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(bytes);
}

const chooser = byId<HTMLInputElement>('file');
chooser.addEventListener('change', () => {
  const [file] = chooser.files ?? [];
  if (file) void openFile(file);
  chooser.value = ''; // so that the same file can be opened again
});

const drop = byId('drop');
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.hidden = !event.dataTransfer?.types.includes('Files');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) drop.hidden = true;
});
document.addEventListener('drop', (event) => {
  drop.hidden = true;
  const file = event.dataTransfer?.files[0];
  if (!file) return; // text that is dropped goes where it is dropped
  event.preventDefault();
  void openFile(file);
});

const dialog = byId<HTMLDialogElement>('codebook');
byId('open-codebook').addEventListener('click', () => {
  const article = dialog.querySelector('article');
  if (article && !article.hasChildNodes()) article.innerHTML = codebook; // rendered at build from our own file
  dialog.showModal();
});
byId('close-codebook').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});

const theme = byId<HTMLButtonElement>('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
let chosen: string | null = null;
try {
  chosen = localStorage.getItem('theme');
} catch {
  // Storage is barred; the system's theme it is.
}
function applyTheme(): void {
  const now = chosen ?? (dark.matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = now;
  theme.setAttribute('aria-pressed', String(now === 'dark'));
}
theme.addEventListener('click', () => {
  chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem('theme', chosen);
  } catch {
    // It holds until the page is left.
  }
  applyTheme();
});
dark.addEventListener('change', applyTheme);
applyTheme();

ask('load', {}).then(
  ({ version }) => byId('model').replaceChildren('Model ', h('b', {}, version), ' is loaded.'),
  (error) => {
    byId('model').textContent = 'The model could not be loaded.';
    showFault(error);
  },
);
