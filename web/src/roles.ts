/** The roles in words: src/roleclass/roles.py, which a test holds equal. */

export const LABELS: Record<string, string> = {
  'ai-first': 'AI-First',
  'ai-support': 'AI-Support',
  'ml-first': 'ML-First',
  other: 'Other',
  unclear: 'Unclear',
};

export const DEFINITIONS: Record<string, string> = {
  'ai-first': 'Works on generative AI: builds, adapts, evaluates or serves LLMs, agents or retrieval.',
  'ai-support': 'Works near AI: runs, sells or tests it, or supplies its data, but does not build it.',
  'ml-first': 'Works on classical models: machine learning or deep learning without generative AI.',
  other: 'Does no real AI or machine-learning work.',
  unclear: 'The text does not say enough: it is empty, too short, or not English.',
};

/** A share in per cent; 100 % and 0 % only where it is exactly so. */
export function percent(share: number): string {
  if (share >= 0.995 && share < 1) return '> 99 %';
  if (share > 0 && share < 0.005) return '< 1 %';
  return `${(100 * share).toFixed(0)} %`;
}
