const CODES = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 } as const;

export type Paint = (text: string, style: keyof typeof CODES) => string;

/** Colours for a terminal, or none. */
export function painter(colors: boolean): Paint {
  return (text, style) => (colors ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
