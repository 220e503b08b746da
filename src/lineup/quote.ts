/** Longest part of a value that a message shows. */
const LONGEST = 200;

/** A value as a message quotes it, whatever it is. */
export function quote(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    return 'a value that is nested too deeply';
  }
  return text === undefined ? 'absent' : text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
