// From HTML, escaped HTML, entities and Markdown to the plain text that a person would see.
//
// src/roleclass/text/markup.py line by line, which says why; ../conformance.json holds both to the same text.
import { ENTITIES } from './entities.mjs';

// White space as Unicode has it. JavaScript's \s is another set: it lacks U+001C to U+001F and U+0085 and has U+FEFF.
const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const WHITE_SPACE = new RegExp(`${SPACE}+`, 'u');
const STARTS_WITH_SPACE = new RegExp(`^${SPACE}`, 'u');
const ENDS_WITH_SPACE = new RegExp(`${SPACE}$`, 'u');

const LAYERS = 8;

const PARAGRAPHS = names('blockquote h1 h2 h3 h4 h5 h6 hr p pre');
const BLOCKS = names(
  'address article aside body br caption center dd details dialog dir div dl dt fieldset figcaption ' +
    'figure footer form header html legend li main menu ol option search section summary table tbody ' +
    'tfoot thead title tr ul',
  PARAGRAPHS,
);
const HIDDEN = names('!-- head nav noscript script style svg template');
const TAGS = names(
  'a abbr acronym area audio b bdi bdo big button canvas cite code col colgroup data datalist del ' +
    'dfn em embed font i iframe img input ins kbd label link map mark meta meter object optgroup ' +
    'output param picture progress q rp rt ruby s samp select slot small source span strike strong ' +
    'sub sup td textarea th time track tt u var video wbr nobr',
  BLOCKS,
  HIDDEN,
);
const NOT_PLAIN = names('address dialog form legend option search title');

const TAG = new RegExp(
  '<!--|-->|<!\\[CDATA\\[|\\]\\]>|<[!?][^<>]*>' +
    '|<(?<close>/?)(?<name>[A-Za-z][A-Za-z0-9]*(?:[:-][A-Za-z0-9]+)*)(?=[ \\t\\n\\r\\f/>])' +
    `(?:[^<>"']*(?:(?:"[^"<]*"|'[^'<]*')[^<>"']*)*>|[^<>]*>)`,
  'g',
);
const ENTITY =
  /&(?:amp;|#38;)*(?:(?<name>[A-Za-z][A-Za-z0-9]{1,31})|(?<number>#[0-9]{1,7}|#[Xx][0-9A-Fa-f]{1,6}));/g;
const BACKSLASH = /\\+(?=[!-/:-@[\]^_`{-~]|(?![^\n\r]))/g;
const LINK = /\[([^[\]\n]*)\]\((?:https?:|mailto:|tel:|www\.|\/|#)[^()\t\n\r ]*(?: +"[^"\n]*")?\)/g;
const BOLD = /\*\*(?<![A-Za-z0-9_*]\*\*)(\*?)(?=[^*\t\n\r ])([^*\n]+)\*\*\1(?!\*)/g;
const ITALIC = /\*(?<![A-Za-z0-9_*]\*)(?=[A-Za-z0-9])([^*\n]*[^*\t\n\r ])\*(?![A-Za-z0-9_*])/g;
const HEADING = /#(?<![^\n]#)(?:#{1,5}[ \t]+|[ \t]+(?=[A-Z#]))/g;

// What &#128; to &#159; mean. A TextDecoder should know, but that of Node 20 does not.
const WINDOWS_1252 = '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/**
 * The words of a text, one space between them.
 * @param {string} text
 * @returns {string}
 */
export function spaced(text) {
  return text.split(WHITE_SPACE).filter(Boolean).join(' ');
}

/**
 * The text that a person would see.
 * @param {string} text
 * @returns {string}
 */
export function plain(text) {
  let flowing = true;
  for (let layer = 0; layer < LAYERS; layer++) {
    if (text.includes('<') && isHtml(text)) {
      text = withoutTags(text, flowing);
      flowing = false;
      continue;
    }
    const decoded = decode(text);
    if (decoded !== text) {
      text = decoded;
      continue;
    }
    const unmarked = withoutMarkdown(text);
    if (unmarked === text) return text;
    text = unmarked;
  }
  return text.replace(/[<&\\*#[]/g, ' ');
}

/** @param {string} text */
function isHtml(text) {
  for (const tag of text.matchAll(TAG)) if (showsHtml(tag)) return true;
  return false;
}

/** @param {RegExpMatchArray} tag */
function showsHtml(tag) {
  const { name, close } = tag.groups ?? {};
  if (name === undefined) return tag[0].startsWith('<');
  const lower = name.toLowerCase();
  if (!TAGS.has(lower)) return false;
  const cased = name === lower || (name === name.toUpperCase() && name.length > 1);
  const alone = BLOCKS.has(lower) && !NOT_PLAIN.has(lower) && cased;
  return alone || lower === 'script' || lower === 'style' || close !== '' || tag[0].includes('=');
}

/**
 * @param {string} text
 * @param {boolean} flowing
 * @returns {string}
 */
function withoutTags(text, flowing) {
  /** @type {Map<string, number>} */
  const last = new Map();
  for (const tag of text.matchAll(TAG)) last.set(nameOf(tag), tag.index);
  const blocks = [...last.keys()].map((name) => name.replace(/^\//, '')).filter((name) => BLOCKS.has(name) && name !== 'br');
  const page = new Page(flowing && blocks.length > 0);
  let start = 0;
  let hidden = '';
  for (const tag of text.matchAll(TAG)) {
    const name = nameOf(tag);
    if (hidden) {
      if (name !== hidden) continue;
      hidden = '';
    } else if (name === '' || name === '/!--') {
      continue;
    } else {
      page.write(text.slice(start, tag.index));
      const closed = (last.get(`/${name}`) ?? 0) > tag.index && !tag[0].endsWith('/>');
      if (HIDDEN.has(name) && closed) hidden = `/${name}`;
      else page.tag(name);
    }
    start = tag.index + tag[0].length;
  }
  page.write(text.slice(start));
  return page.text();
}

/** @param {RegExpMatchArray} tag */
function nameOf(tag) {
  const { name, close } = tag.groups ?? {};
  if (name === undefined) return tag[0] === '<!--' ? '!--' : tag[0] === '-->' ? '/!--' : '!';
  const lower = name.toLowerCase();
  return TAGS.has(lower) || /[:-]/.test(lower) ? close + lower : '';
}

class Page {
  /** @param {boolean} flowing */
  constructor(flowing) {
    this.flowing = flowing;
    this.pre = 0;
    this.breaks = 0;
    this.mark = '';
    /** @type {string[]} */
    this.parts = [];
  }

  /** @param {string} name */
  tag(name) {
    const block = name.replace(/^\//, '');
    if (block === 'pre') this.pre = Math.max(0, this.pre + (name === block ? 1 : -1));
    if (name === 'td' || name === 'th') this.write(' ');
    else if (block === 'br') this.breaks = Math.max(this.breaks, Math.min(this.breaks + 1, 2));
    else if (name === 'li') {
      this.breaks = 1;
      this.mark = '- ';
    } else if (name === '/li' || name === '/ol' || name === '/ul') {
      this.breaks = Math.max(this.breaks, 1);
      this.mark = '';
    } else if (BLOCKS.has(block) && !this.mark) {
      this.breaks = Math.max(this.breaks, PARAGRAPHS.has(block) ? 2 : 1);
    }
  }

  /** @param {string} raw */
  write(raw) {
    const text = decode(raw);
    if (this.flowing && !this.pre) this.flow(text);
    else this.keep(text);
  }

  /** @param {string} text */
  flow(text) {
    const words = spaced(text);
    const fresh = this.breaks || !this.parts.length || this.parts[this.parts.length - 1].endsWith(' ');
    const before = !fresh && STARTS_WITH_SPACE.test(text) ? ' ' : '';
    const after = words && ENDS_WITH_SPACE.test(text) ? ' ' : '';
    if (before || words) this.add(before + words + after);
  }

  /** @param {string} text */
  keep(text) {
    const stripped = text.replace(/^[\t\n\f\r ]+/, '');
    const body = stripped.slice(0, lengthWithoutSpaces(stripped)) || (text.includes('\n') ? '' : text);
    const at = stripped ? text.length - stripped.length : body ? 0 : text.length;
    const before = text.slice(0, at);
    const after = body ? text.slice(at + body.length) : '';
    this.breaks = Math.max(this.breaks, count(before));
    if (body) {
      const ends = after.includes('\n');
      this.add(before.slice(before.lastIndexOf('\n') + 1) + body + (ends ? '' : after));
      this.breaks = count(after);
    }
  }

  /** @param {string} text */
  add(text) {
    const last = this.parts.length - 1;
    if (this.breaks && last >= 0) {
      this.parts[last] = withoutSpacesAtEnd(this.parts[last]);
      this.parts.push('\n'.repeat(this.breaks));
    }
    this.parts.push(this.mark + text);
    this.breaks = 0;
    this.mark = '';
  }

  text() {
    return withoutSpacesAtEnd(this.parts.join(''));
  }
}

/** @param {string} text */
function decode(text) {
  return text.includes('&') ? text.replace(ENTITY, character) : text;
}

/** @type {(match: string, ...rest: any[]) => string} */
function character(_match, name, number) {
  const found = number ? numbered(number) : Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : `&${name};`;
  return found.replace('\u00a0', ' ');
}

/** @param {string} number What stands between & and ; as HTML's standard reads it. */
function numbered(number) {
  const code = /^#[Xx]/.test(number) ? parseInt(number.slice(2), 16) : parseInt(number.slice(1), 10);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd';
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252[code - 0x80];
  const none = code < 9 || code === 11 || (code > 13 && code < 32) || code === 127;
  if (none || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe) return '';
  return String.fromCodePoint(code);
}

/** @param {string} text */
function withoutMarkdown(text) {
  return text
    .replace(BACKSLASH, '')
    .replace(LINK, '$1')
    .replace(BOLD, '$2')
    .replace(ITALIC, '$1')
    .replace(HEADING, '');
}

/**
 * @param {string} list
 * @param {Iterable<string>[]} more
 * @returns {Set<string>}
 */
function names(list, ...more) {
  return new Set([...list.split(' '), ...more.flatMap((others) => [...others])]);
}

/** @param {string} text */
function count(text) {
  return text.split('\n').length - 1;
}

/** @param {string} text */
function withoutSpacesAtEnd(text) {
  let end = text.length;
  while (text[end - 1] === ' ') end--;
  return text.slice(0, end);
}

/** @param {string} text */
function lengthWithoutSpaces(text) {
  let end = text.length;
  while (end && '\t\n\f\r '.includes(text[end - 1])) end--;
  return end;
}
