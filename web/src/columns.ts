/** Which columns hold the posting and its title, guessed as `roleclass score` does: src/roleclass/tables/columns.py. */

const TEXT = new Set([
  ...['body', 'content', 'description', 'fulltext', 'jobad', 'jobdescription', 'jobposting'],
  ...['jobtext', 'posting', 'postingtext', 'text'],
]);
const TITLE = new Set(['jobtitle', 'position', 'positiontitle', 'postingtitle', 'roletitle', 'title']);

export interface Guess {
  text: string[];
  title: string[];
}

/** The columns that may be it; the guess is clear if there is one. */
export function guessColumns(header: readonly string[]): Guess {
  const plain = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return {
    text: header.filter((name) => TEXT.has(plain(name))),
    title: header.filter((name) => TITLE.has(plain(name))),
  };
}

/** The columns that are added. */
export function addedColumns(roles: readonly string[]): string[] {
  const probabilities = roles.map((role) => `probability_${role.replaceAll('-', '_')}`);
  return ['role', 'confidence', 'reliable', ...probabilities, 'reason'];
}
