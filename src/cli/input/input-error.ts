/** There is nothing that could be judged; the message says what was given and what to give instead. */
export class InputError extends Error {}
