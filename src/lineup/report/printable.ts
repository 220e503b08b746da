/**
 * A text from a manifest as it may be printed: on one line, and without characters by which it could steer a terminal
 * or pass itself off as a line of its own.
 */
export function printable(text: string): string {
  return text.replace(/[\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
