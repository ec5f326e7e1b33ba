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

const MAX_CELL = 16 * 2 ** 20;
const STRAY = 'a quote in this row is never closed, or closes within a cell';
const AFTER_STRAY = 'may belong to the row above, whose quotes are damaged';
const SHAPES = 20; // so many ways in which rows begin tell nothing
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
  if (header.fault) throw new Error('Line 1: a quote in the header is never closed; close it.');
  if (header.cells.filter((name) => name === '').length > 1) {
    // those of an index, or of a spreadsheet's empty columns
    header.cells = header.cells.map((name, i) => name || `unnamed_${i + 1}`);
  }
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
  for (const { cells, fault } of all) {
    if (fault) faults.set(rows.length, fault);
    else if (cells.length !== width)
      faults.set(rows.length, `${cells.length} cells where the header has ${width}`);
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
  /** What is wrong with it. */
  fault?: string;
}

/**
 * The records of a file. Where quotes break the rules (a stray one opens a cell that swallows the rows below),
 * the line with which the record begins is a row by itself, and what follows is marked until a row is in order.
 */
function* records(text: string, delimiter: string): Generator<Record, undefined> {
  const split = escaped(delimiter);
  const cell = `(?:"[^"]*(?:""[^"]*)*"|[^"${split}\\r\\n]*)`;
  const clean = new RegExp(`^${cell}(?:${split}${cell})*[\\r\\n]*$`);
  const shapes = new Set<string>(); // what the first cells of rows look like
  let width = 0;
  let damaged = false;
  let at = 0;
  while (at < text.length) {
    const { cells, end, fault } = readRecord(text, at, delimiter);
    const lines = text.slice(at, end).match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
    if (fault || (lines.length > 1 && swallowed(cells, lines))) {
      const line = /[^\r\n]*(?:\r\n|\r|\n)?/y;
      line.lastIndex = at;
      const [first] = line.exec(text) ?? [''];
      damaged = true;
      yield { cells: first.replace(/[\r\n]+$/, '').split(delimiter), fault: fault ?? STRAY };
      at += first.length;
      continue;
    }
    at = end;
    if (!cells.length) continue;
    damaged = damaged && !inOrder(cells, lines.join(''));
    yield { cells, fault: damaged ? AFTER_STRAY : undefined };
    if (width === 0) width = cells.length;
    else if (!damaged && shapes.size < SHAPES) shapes.add(shape(cells[0]));
  }

  /** Whether a record of several lines holds other rows: lines that look like them. */
  function swallowed(cells: string[], lines: string[]): boolean {
    const count = (line: string) => line.split(delimiter).length - 1;
    if (width === 0) {
      const least = Math.max(cells.length - 1, 1);
      return cells.some((name) => name.split(/\r\n|\r|\n/).slice(1).some((line) => count(line) >= least));
    }
    const known = shapes.size ? [...shapes] : [shape(lines[0].replaceAll('"', '').split(delimiter)[0])];
    // Swallowed rows have no quotes, so each is a line; prose seldom has such lines only.
    const telling = known.filter((one) => one.includes('9'));
    if (!telling.length || known.length >= SHAPES || width < 2) return false;
    const thousands = delimiter === ',' ? '(?!\\p{Nd}{1,3},\\p{Nd}{3}(?!\\p{Nd}))' : ''; // of a number in prose
    const begins = new RegExp(`^${thousands}"*(?:${telling.map(pattern).join('|')})"*${split}`, 'u');
    const inner = lines.slice(1).filter((line) => line.trim() !== '');
    return inner.every((line) => begins.test(line) && count(line) === width - 1);
  }

  /** Whether a record after damage can be believed to be a row. */
  function inOrder(cells: string[], raw: string): boolean {
    const tells = shapes.size > 0 && shapes.size < SHAPES;
    return cells.length === width && (!tells || shapes.has(shape(cells[0]))) && clean.test(raw);
  }
}

/** What a cell looks like: letters and digits, each run as one. */
function shape(cell: string): string {
  const start = [...cell.slice(0, 80)].slice(0, 40).join('');
  return start.replace(/\p{Nd}+/gu, '9').replace(/[\p{L}\p{Nl}\p{No}]+/gu, 'a');
}

/** What matches cells of a shape. */
function pattern(shape: string): string {
  return escaped(shape).replaceAll('9', '\\p{Nd}+').replaceAll('a', '[\\p{L}\\p{Nl}\\p{No}]+');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) =>
    character === '-' ? '\\x2d' : `\\${character}`,
  );
}

/** Read one record, no cells for a blank line; what follows a closed quote other than a delimiter is a fault. */
function readRecord(
  text: string,
  start: number,
  delimiter: string,
): { cells: string[]; end: number; fault?: string } {
  const special = new RegExp(`[${escaped(delimiter)}\\r\\n]`, 'g');
  const cells: string[] = [];
  let at = start;
  let quoted = false;
  for (;;) {
    let cell = '';
    if (text[at] === '"') {
      quoted = true;
      at += 1;
      for (;;) {
        const quote = text.indexOf('"', at);
        cell += text.slice(at, quote < 0 ? text.length : quote);
        if (cell.length > MAX_CELL) {
          return { cells, end: at, fault: `a cell of more than 16 Mi characters, or ${STRAY}` };
        }
        if (quote < 0) return { cells, end: text.length, fault: STRAY };
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
      if (at < text.length && ![delimiter, '\r', '\n'].includes(text[at])) {
        return { cells, end: at, fault: STRAY };
      }
    } else {
      special.lastIndex = at;
      const end = special.exec(text)?.index ?? text.length;
      cell = text.slice(at, end);
      at = end;
    }
    cells.push(cell);
    if (text[at] !== delimiter) break;
    at += 1;
  }
  const end = Math.min(text.length, at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1));
  // A blank line is no row, but an empty cell in quotes is one.
  const blank = cells.length === 1 && cells[0] === '' && !quoted;
  return { cells: blank ? [] : cells, end };
}

/** Whether a text or title is missing: what other programs write for that. */
export function isMissing(cell: string): boolean {
  return /^\s*(?:n\/a|na|nan|<na>|nat|none|null)\s*$/i.test(cell);
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
