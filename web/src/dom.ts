/** Elements in few words. */

type Child = Node | string | null | false | undefined;

/** Make an element; properties are set, `class`, `aria-*`, `data-*` and the like are attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in element) Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(
    ...children.filter(
      (child): child is Node | string => child !== null && child !== false && child !== undefined,
    ),
  );
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element as T;
}

export function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Say something to people who do not see the page change. */
export function announce(message: string): void {
  byId('status').textContent = message;
}

export function showFault(error: unknown): void {
  const fault = byId('fault');
  fault.textContent = error === null ? '' : error instanceof Error ? error.message : String(error);
  fault.hidden = error === null;
}
