/** What the page needs of Python's strings: the tokens of the text contract, places in characters. */

export type Span = [start: number, end: number];

/** Lower-case tokens [a-z0-9+#]+, in order. */
export function tokenize(text: string): string[] {
  // Beyond ASCII nothing is a letter, not even what lower-casing would turn into one.
  return text
    .replace(/[^A-Za-z0-9+#]+/g, ' ')
    .toLowerCase()
    .split(' ')
    .filter(Boolean);
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
