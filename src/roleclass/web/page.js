// Conveniences only: all of the page works without them.
const input = document.getElementById('table-file');
const text = document.getElementById('text');
for (const note of document.querySelectorAll('.scripted')) note.hidden = false;

const over = (on) => document.documentElement.classList.toggle('dropping', on);
addEventListener('dragover', (event) => {
  event.preventDefault();
  over(Boolean(input));
});
addEventListener('dragleave', (event) => event.relatedTarget || over(false));
addEventListener('drop', async (event) => {
  const [file] = event.dataTransfer.files;
  over(false);
  if (!file) return; // a piece of text goes where it is dropped
  event.preventDefault();
  if (text && /\.(txt|md)$/i.test(file.name)) {
    text.value = await file.text();
    text.form.requestSubmit();
  } else if (input) {
    input.files = event.dataTransfer.files;
    input.form.requestSubmit();
  }
});

addEventListener('submit', (event) => {
  const button = event.target.querySelector('button');
  button.setAttribute('aria-busy', 'true');
  button.textContent = 'Working…';
});
text?.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) text.form.requestSubmit();
});
