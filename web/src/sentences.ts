/** A posting's sentences, and which of them are duties: src/roleclass/market/sentences.py. */

import sections from 'data:sections';
import { firstWord, isBlank, length, SPACE, type Span, tokenize, trimEnd } from './text.ts';

const S = `[${SPACE}]`;
const NOT_S = `[^${SPACE}]`;
const WORD = '[\\p{L}\\p{N}_]';
const EDGE = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`; // \b of Python
const BULLET = '[\\-*•·▪●◦○■□►▸➢✓✔–—]';

// Where one sentence ends (at the end of the group) and the next one begins (at the end of the match).
const BREAKS = [
  `([.!?]["')\\]”’]*)(?:${S}+(?=["'(\\[“‘]?[A-Z0-9]|${BULLET}${S})|(?<=[a-z\\)][.!?])(?=[A-Z][a-z]))`,
  `()(?:\\n${S}*\\n${S}*|\\n${S}*(?=${BULLET}+${S}+${NOT_S})|${S}(?=[•▪●◦○■□►▸➢✓✔]${S}*${NOT_S})|${S}(?=[\\-*·]${S}+[A-Z]))`,
  `()(?!\\n)${S}(?=(?:(?:Key|Primary|Minimum|Preferred|Required|Basic|Job)[ ])?(?:Responsibilities|Requirements|Qualifications|Duties|Benefits)${EDGE}:?${S}+[A-Z•])`,
].map((source) => new RegExp(source, 'gu'));
const ABBREVIATED = new RegExp(
  `(?:${EDGE}(?:e\\.g|i\\.e|etc|vs|Inc|Ltd|Co|Sr|Jr|approx|incl|U\\.S|[A-Z])\\.)\\n?$`,
  'u',
);
const MARK = new RegExp(`^(?:${S}|${BULLET}+(?=${S})|\\p{Nd}{1,2}[.)](?=${S}))*`, 'u');
const HEADING = new RegExp(`^[^.:!?\\n]{2,70}:${S}`, 'u');
const HEADING_WORDS = 8;

const headings = new Map(
  Object.entries(sections.headings).flatMap(([part, phrases]) => phrases.map((phrase) => [phrase, part])),
);
const dutyCues = byFirstWord(sections.cues.duty);
const otherCues = byFirstWord(sections.cues.not_duty);
const notFirst = sections.cues.not_first.map((phrase) => ` ${phrase} `);
const verbs = new Set(sections.cues.verbs.flatMap(forms));

/** Where the duties of a posting stand. */
export function duties(text: string): Span[] {
  let part = 'role';
  const found: Span[] = [];
  for (const [start, end] of spans(text)) {
    const words = tokenize(text.slice(start, end));
    const last = text[end - 1];
    const heading = '.,;'.includes(last) ? null : headingOf(words);
    part = heading ?? part;
    // Joined, begun and ended by a space, n words have n + 1 spaces; none has two.
    const spaces = words.length ? words.length + 1 : 2;
    const label = heading !== null || (last === ':' && spaces <= HEADING_WORDS);
    if (!label && isDuty(words, part)) found.push([start, end]);
  }
  return found;
}

/** Where sentences and headings stand, without the marks of lists. */
function* spans(text: string): Generator<Span> {
  for (const [start, end] of between(breaks(text), text.length)) {
    let begin = start + (MARK.exec(text.slice(start, end))?.[0].length ?? 0);
    const titled = HEADING.exec(text.slice(begin, end));
    if (titled && headingOf(tokenize(titled[0])) !== null) {
      const stop = begin + titled[0].length;
      yield [begin, stop - 1];
      begin = stop;
    }
    const stop = begin + trimEnd(text.slice(begin, end)).length;
    if (begin < stop) yield [begin, stop];
  }
}

function* between(breaks: Span[], end: number): Generator<Span> {
  let start = 0;
  for (const [before, after] of breaks) {
    if (start < before) yield [start, before];
    start = Math.max(start, after);
  }
  yield [start, end];
}

function breaks(text: string): Span[] {
  const found: Span[] = [];
  for (const kind of BREAKS) {
    for (const match of text.matchAll(kind)) {
      const stop = match.index + match[1].length;
      if (!ABBREVIATED.test(text.slice(Math.max(0, stop - 16), stop))) {
        found.push([stop, match.index + match[0].length]);
      }
    }
  }
  const lines = text.split('\n');
  const lengths = lines.map(length);
  const widths = lengths.filter((_, i) => !isBlank(lines[i])).sort((a, b) => a - b);
  const width = widths[Math.floor(0.95 * widths.length)] ?? 0; // a long address may stand out
  const wraps = width >= 40 && width <= 100; // widths to which people wrap text
  let end = -1;
  for (let i = 0; i + 1 < lines.length; i++) {
    end += lines[i].length + 1;
    // In hard-wrapped text, a line goes on where the next word would not have fitted.
    const word = firstWord(lines[i + 1]);
    const fits = word === null || lengths[i] + 1 + length(word) <= width || lengths[i] > width + 3;
    if (!wraps || (fits && !/[-,]$/.test(lines[i]))) found.push([end, end + 1]);
  }
  return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Which part of a posting a heading opens; null if it is no heading. */
function headingOf(tokens: string[]): string | null {
  if (tokens.length > HEADING_WORDS) return null;
  if (tokens.length === 1) return headings.get(tokens[0]) ?? null;
  for (let n = tokens.length; n > 1; n--) {
    const part = headings.get(tokens.slice(0, n).join(' '));
    if (part !== undefined) return part;
  }
  return null;
}

function isDuty(tokens: string[], part: string): boolean {
  if (part === 'requirements' || part === 'benefits') return false;
  const words = ` ${tokens.join(' ')} `;
  if (!mentions(words, tokens, dutyCues)) {
    if (part === 'duties') {
      if (notFirst.some((phrase) => words.startsWith(phrase))) return false;
    } else {
      const first = tokens.find((word) => !word.endsWith('ly')) ?? '';
      if (part !== 'role' || !verbs.has(first)) return false;
    }
  }
  return !mentions(words, tokens, otherCues);
}

type Cues = Map<string, string[]>;

function mentions(words: string, tokens: string[], cues: Cues): boolean {
  return tokens.some((token) => cues.get(token)?.some((phrase) => words.includes(phrase)));
}

function byFirstWord(phrases: string[]): Cues {
  const cues: Cues = new Map();
  for (const phrase of phrases) {
    const first = phrase.split(' ')[0];
    cues.set(first, [...(cues.get(first) ?? []), ` ${phrase} `]);
  }
  return cues;
}

/** A verb, its third person and its gerund: plan, plans, planning. */
function forms(verb: string): string[] {
  const stem = verb.endsWith('e') ? verb.slice(0, -1) : verb;
  const third = /[^aeiou]y$/.test(verb)
    ? `${verb.slice(0, -1)}ies`
    : verb + (/(s|x|ch|sh)$/.test(verb) ? 'es' : 's');
  return [verb, third, `${stem}ing`, `${stem}${stem.at(-1)}ing`];
}
