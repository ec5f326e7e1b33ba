declare module 'data:lexicon' {
  const concepts: Record<string, { name: string; phrases: string[] }>;
  export default concepts;
}
declare module 'data:problems' {
  export interface Part {
    name: string;
    patterns?: string[];
    unless?: string[];
    like?: string[];
  }
  interface Area extends Part {
    kind: string;
    tier?: string;
    parts?: Record<string, Part>;
  }
  const taxonomy: { sets: Record<string, string[]>; areas: Record<string, Area> };
  export default taxonomy;
}
declare module 'data:sections' {
  const sections: {
    headings: Record<string, string[]>;
    cues: { duty: string[]; not_duty: string[]; not_first: string[]; verbs: string[] };
  };
  export default sections;
}
declare module 'data:codebook' {
  const html: string;
  export default html;
}
declare module 'data:examples' {
  const postings: string[];
  export default postings;
}
declare module '*.onnx?url' {
  const url: string;
  export default url;
}
