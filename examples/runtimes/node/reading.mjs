// What a posting says, line by line: src/roleclass/engine/answers.py.

/**
 * @typedef {{
 *   start: number,
 *   end: number,
 *   part: string,
 *   work: string,
 *   areas: string[],
 *   partProbabilities: Record<string, number>,
 *   workProbabilities: Record<string, number>,
 *   areaProbabilities: Record<string, number>,
 * }} Line A line is `text.slice(start, end)` of its reading; `areas` is empty but for duties.
 * @typedef {{ text: string, lines: Line[] }} Reading
 */

export const LINE_OUTPUTS = ['line_row', 'line_start', 'line_end', 'line_part', 'line_work', 'line_areas'];

const PARTS = ['company', 'duty', 'requirement', 'nice-to-have', 'other'];
const WORKS = ['genai', 'ml', 'near-ai', 'ai-user', 'ai-topic', 'none'];
const AREAS = [
  'building', 'productionizing', 'evaluation', 'provider-apis', 'rag', 'data', 'collaboration',
  'infrastructure', 'agents', 'customers', 'frontend', 'research', 'optimization', 'fine-tuning',
  'self-hosting', 'security', 'classical-ml', 'none',
];
const AREA_THRESHOLD = 0.3;

/**
 * Turn the graph's outputs for one posting into what its lines are.
 * @param {string} text What `document` of roleclass.mjs gives.
 * @param {Record<string, { data: any }>} outputs
 * @returns {Reading}
 */
export function makeReading(text, outputs) {
  const at = characters(text);
  /** @type {(name: string, labels: string[], line: number) => Record<string, number>} */
  const probabilities = (name, labels, line) =>
    Object.fromEntries(labels.map((label, k) => [label, outputs[name].data[line * labels.length + k]]));
  const lines = Array.from(outputs.line_start.data, (start, i) => {
    const last = at[outputs.line_end.data[i] - 1];
    const of = {
      part: probabilities('line_part', PARTS, i),
      work: probabilities('line_work', WORKS, i),
      area: probabilities('line_areas', AREAS, i),
    };
    const part = likeliest(of.part);
    const areas = AREAS.filter((area) => of.area[area] >= AREA_THRESHOLD && area !== 'none');
    return {
      start: at[start],
      end: last + (/** @type {number} */ (text.codePointAt(last)) > 0xffff ? 2 : 1),
      part,
      work: likeliest(of.work),
      areas: part === 'duty' ? areas.sort((a, b) => of.area[b] - of.area[a]) : [],
      partProbabilities: of.part,
      workProbabilities: of.work,
      areaProbabilities: of.area,
    };
  });
  return { text, lines };
}

/** @param {Record<string, number>} probabilities */
function likeliest(probabilities) {
  return Object.keys(probabilities).reduce((best, name) =>
    probabilities[name] > probabilities[best] ? name : best,
  );
}

/**
 * For each byte of a text in UTF-8, where in the string the character begins that it belongs to.
 * @param {string} text
 */
function characters(text) {
  const at = new Uint32Array(3 * text.length); // no unit of a string takes more bytes
  let byte = 0;
  for (let i = 0; i < text.length; ) {
    const code = /** @type {number} */ (text.codePointAt(i));
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at.fill(i, byte, byte + bytes);
    byte += bytes;
    i += code < 0x10000 ? 1 : 2;
  }
  return at;
}
