/**
 * CSV and TSV as `roleclass score` reads and writes them: src/roleclass/tables/csvfile.py and writers.py,
 * that is, the reader and the writer of Python's csv module, which go on after a bad row.
 */

export interface Table {
  header: string[];
  rows: string[][];
  /** What is wrong with a row, by its number. */
  faults: Map<number, string>;
}

const MAX_CELL = 64 * 2 ** 20;
const UNDECODED = /[\ud800-\udfff]/u;
const ENCODING_ADVICE = 'name the right encoding with --encoding';

/** Read bytes as text; bytes that are no UTF-8 become lone surrogates, so that their cells can be told. */
export function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeDamaged(bytes);
  }
}

function decodeDamaged(bytes: Uint8Array): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const parts: string[] = [];
  let good = start; // where the stretch that can be decoded began
  const flush = (end: number) => parts.push(strict.decode(bytes.subarray(good, end)));
  for (let at = start; at < bytes.length; ) {
    const size = sequenceLength(bytes, at);
    if (size) {
      at += size;
      continue;
    }
    flush(at);
    parts.push(String.fromCharCode(0xdc00 + bytes[at]));
    good = ++at;
  }
  flush(bytes.length);
  return parts.join('');
}

/** How many bytes the character at a place has; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const size =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (!size || at + size > bytes.length) return 0;
  const second = bytes[at + 1];
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < size; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return size;
}

export function parseTable(text: string, delimiter: string): Table {
  const all = records(text, delimiter);
  const { value: header } = all.next();
  if (!header) throw new Error('The file is empty; expected a line with the names of the columns.');
  const twice = header.cells.filter((name, i) => header.cells.indexOf(name) < i);
  if (twice.length) {
    throw new Error(
      `The header has more than one column '${[...new Set(twice)].sort().join("', '")}'; rename them.`,
    );
  }
  if (header.cells.some((name) => UNDECODED.test(name))) {
    throw new Error('The header is not UTF-8; save the file as UTF-8.');
  }
  const rows: string[][] = [];
  const faults = new Map<number, string>();
  const width = header.cells.length;
  for (const { cells, closed } of all) {
    if (cells.length !== width)
      faults.set(rows.length, `${cells.length} cells where the header has ${width}`);
    if (!closed) faults.set(rows.length, 'a quote in this row is never closed');
    const row = fit(cells, width, delimiter);
    if (row.some((cell) => UNDECODED.test(cell))) {
      faults.set(rows.length, `not utf-8; ${ENCODING_ADVICE}`);
      rows.push(row.map((cell) => cell.replace(/\p{Surrogate}/gu, '\ufffd')));
    } else rows.push(row);
  }
  return { header: header.cells, rows, faults };
}

/** Fill a short row with empty cells; keep what a long one has too many in its last cell. */
function fit(cells: string[], width: number, delimiter: string): string[] {
  if (cells.length === width) return cells;
  if (cells.length < width) return [...cells, ...Array<string>(width - cells.length).fill('')];
  return [...cells.slice(0, width - 1), cells.slice(width - 1).join(delimiter)];
}

interface Record {
  cells: string[];
  /** Whether its last quote is closed. */
  closed: boolean;
}

function* records(text: string, delimiter: string): Generator<Record, undefined> {
  const special = new RegExp(`[${delimiter}\\r\\n]`, 'g');
  let at = 0;
  while (at < text.length) {
    const cells: string[] = [];
    let closed = true;
    let quoted = false;
    let ended = false;
    while (!ended) {
      let cell = '';
      if (text[at] === '"') {
        quoted = true;
        at += 1;
        for (;;) {
          const quote = text.indexOf('"', at);
          if (quote < 0) {
            cell += text.slice(at);
            at = text.length;
            closed = false;
            break;
          }
          cell += text.slice(at, quote);
          at = quote + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at += 1;
        }
      }
      // What follows a closed quote belongs to the cell, too; a quote within it is one like any other.
      special.lastIndex = at;
      const end = special.exec(text)?.index ?? text.length;
      cell += text.slice(at, end);
      if (cell.length > MAX_CELL)
        throw new Error(`A cell is larger than 64 MiB; look for a quote that is not closed.`);
      at = end;
      cells.push(cell);
      if (text[at] === delimiter) at += 1;
      else {
        at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
        ended = true;
      }
    }
    // A blank line is no row, but an empty cell in quotes is one.
    if (cells.length > 1 || cells[0] !== '' || quoted) yield { cells, closed };
  }
}

/** A row as Python's csv module writes it, quotes where they are needed. */
export function formatRow(cells: readonly string[], delimiter: string): string {
  const quoted = cells.map((cell) =>
    cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${cells.length === 1 && cells[0] === '' ? '""' : quoted.join(delimiter)}\n`;
}

/** A float32 with no more digits than it has, as Python writes it: 0.9, 1.0, 2.5e-05. */
export function formatFloat32(value: number): string {
  let shortest = value;
  for (let digits = 1; digits <= 9; digits++) {
    shortest = Number(value.toPrecision(digits));
    if (Math.fround(shortest) === value) break;
  }
  if (Number.isInteger(shortest)) return shortest.toFixed(1);
  if (Math.abs(shortest) >= 1e-4) return String(shortest);
  const [mantissa, exponent] = shortest.toExponential().split('e-');
  return `${mantissa}e-${exponent.padStart(2, '0')}`;
}
