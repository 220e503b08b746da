/** What a member may be: the test, and how an error says it. */
export type Kind = readonly [fits: (value: any) => boolean, form: string];

/** Members and what they may be. */
export interface Kinds {
  readonly [member: string]: Kind;
}

const isText = (value: unknown) => typeof value === 'string';
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const TEXT: Kind = [isText, 'text'];
export const BOOLEAN: Kind = [(value) => typeof value === 'boolean', 'true or false, without quotes'];
export const OBJECT: Kind = [isObject, 'an object'];
export const TEXTS: Kind = listOf([isText, 'texts such as ["a", "b"]']);
export const OBJECTS: Kind = listOf([isObject, 'objects']);

export function listOf([fits, form]: Kind): Kind {
  return [(value) => Array.isArray(value) && value.every(fits), `a list of ${form}`];
}

export function oneOf(choices: { readonly [member: string]: string }): Kind {
  const values = Object.values(choices);
  return [(value) => values.includes(value), `one of ${values.map((value) => `"${value}"`).join(', ')}`];
}

/** @param type asked for when it is needed, as some of the library's types are loaded later */
export function instanceOf(type: () => Function, form: string): Kind {
  return [(value) => value instanceof type(), form];
}

/** Refuses what JavaScript, which has no types, may give in place of what is meant. */
export function requireKinds(where: string, given: object | undefined, kinds: Kinds): void {
  for (const [member, [fits, form]] of Object.entries(kinds)) {
    const value = given?.[member as keyof object] as unknown;
    if (value !== undefined && !isResolvedLater(value) && !fits(value)) {
      throw new Error(`${member} of ${where} must be ${form}, got ${shown(value)}${value === null ? '; leave it out' : ''}`);
    }
  }
}

/** Whether a value is not there yet: a Lazy of cdk8s, or a token of the AWS CDK, whose clusters take charts. Nothing can be said about it. */
export function isResolvedLater(value: unknown): boolean {
  const { produce, resolve } = Object(value);
  return typeof produce === 'function' || typeof resolve === 'function' || (typeof value === 'string' && value.includes('${Token['));
}

const LONGEST = 400;

/** A value as an error shows it: text in quotes, which tell '80' from 80, and numbers that JSON does not have. */
export function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
  } catch {
    // Constructs lead back to themselves.
    return `a ${(value as object).constructor?.name ?? 'strange object'}`;
  }
}
