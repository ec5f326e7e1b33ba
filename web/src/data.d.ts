declare module 'data:lexicon' {
  const concepts: Record<string, { name: string; phrases: string[] }>;
  export default concepts;
}
declare module 'data:taxonomy' {
  interface Area {
    name: string;
    kind: string;
    tier?: string;
    parts?: Record<string, { name: string; phrases: string[] }>;
  }
  const areas: Record<string, Area>;
  export default areas;
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
