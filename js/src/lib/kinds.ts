import table from '../../../lester_jupyter/widgets/kinds.json';

export type Shape = 'pill' | 'box' | 'cut';

/** Operators that do the same sort of thing; they share a silhouette and a colour. */
export interface Family {
  key: string;
  name: string;
  shape: Shape;
  light: string;
  dark: string;
}

export interface Kind {
  glyph: string;
  verb: string;
  family: Family;
}

interface Entry {
  glyph: string;
  verb: string;
  family: string;
}

const families = new Map<string, Family>(
  Object.entries(table.families).map(([key, family]) => [
    key,
    { key, ...family, shape: family.shape as Shape },
  ]),
);
const entries = new Map<string, Entry>(Object.entries(table.kinds));

function familyOf(entry: Entry): Family {
  const family = families.get(entry.family);
  if (!family) throw new Error(`kinds.json has no family ${entry.family}`);
  return family;
}

/** Returns the look of a kind; one that is not in the table gets a neutral look under its own name. */
export function kindOf(name: string): Kind {
  const entry = entries.get(name);
  if (entry) return { glyph: entry.glyph, verb: entry.verb, family: familyOf(entry) };
  const words = name.replaceAll('_', ' ');
  const verb = words ? words.charAt(0).toUpperCase() + words.slice(1) : table.unknown.verb;
  return { glyph: table.unknown.glyph, verb, family: familyOf(table.unknown) };
}

export function allFamilies(): Family[] {
  return [...families.values()];
}
