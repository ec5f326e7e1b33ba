/** What the page needs of Python's strings: its white space, its words, the tokens of the text contract. */

export type Span = [start: number, end: number];

/** White space as `str.isspace` has it; JavaScript's \s is another set. For use within a class: `[${SPACE}]`. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const TRAILING_SPACE = new RegExp(`[${SPACE}]+$`, 'u');
const BLANK = new RegExp(`^[${SPACE}]*$`, 'u');
const FIRST_WORD = new RegExp(`[^${SPACE}]+`, 'u');

export const trimEnd = (text: string) => text.replace(TRAILING_SPACE, '');
export const isBlank = (text: string) => BLANK.test(text);
export const firstWord = (text: string) => FIRST_WORD.exec(text)?.[0] ?? null;

/** Lower-case tokens [a-z0-9+#]+, in order. */
export function tokenize(text: string): string[] {
  // Beyond ASCII nothing is a letter, not even what lower-casing would turn into one.
  return text
    .replace(/[^A-Za-z0-9+#]+/g, ' ')
    .toLowerCase()
    .split(' ')
    .filter(Boolean);
}

/** How many characters, as Python counts them. */
export function length(text: string): number {
  let surrogates = 0;
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) surrogates += 1;
  return text.length - surrogates;
}

/** A function from offsets into a JavaScript string to offsets in characters, as Python counts them. */
export function characterOffsets(text: string): (offset: number) => number {
  const pairs = [...text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)].map((match) => match.index);
  return (offset) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle] < offset) low = middle + 1;
      else high = middle;
    }
    return offset - low;
  };
}
