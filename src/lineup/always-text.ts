/** Members by which JavaScript makes a text of an object. Data may have them, too, and then there would be no text. */
const CONVERSIONS = /toString|valueOf/;

/**
 * Lets every object in a parsed value become a text, whatever members it has, so that a message can quote it and a
 * comparison with a text is merely false. Changes nothing that can be seen in it otherwise.
 *
 * @param source the text that the value was parsed from; most have no such member, and are not looked through
 */
export function alwaysText<T>(value: T, source: string): T {
  if (mayHideText(source)) {
    convertible(value, new Set());
  }
  return value;
}

/** Whether a value that is parsed from the text may have such members. */
export function mayHideText(source: string): boolean {
  return CONVERSIONS.test(source);
}

function convertible(value: unknown, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return;
  }
  seen.add(value);
  if (!Array.isArray(value)) {
    Object.defineProperty(value, Symbol.toPrimitive, { value: () => '[object Object]' });
  }
  for (const key of Object.keys(value)) {
    convertible((value as { [key: string]: unknown })[key], seen);
  }
}
