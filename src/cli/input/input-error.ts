/** There is nothing that could be judged; the message says what was given and what to give instead. */
export class InputError extends Error {}

/** All could be read, and none of it is a Kubernetes object. */
export class NothingToCheck extends InputError {}
