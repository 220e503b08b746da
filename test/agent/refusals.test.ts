import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const AGENT = join(__dirname, '..', '..', 'agent');
/** Sentences that tell somebody to do something begin so. */
const DO = [
  'add', 'apply', 'bring', 'check', 'chown', 'copy', 'correct', 'delete', 'describe', 'free', 'give', 'go back', 'have', 'leave', 'let', 'look at', 'make', 'mount',
  'move', 'put', 'remove', 'restore', 'save', 'see', 'set', 'simplify', 'start', 'synthesize', 'take', 'turn', 'update', 'upgrade', 'use', 'wait', 'write',
].join('|');
/** Or they say how something has to be, or are handed the sentence. */
const SAYS_WHAT_TO_DO = new RegExp(`(?:[:;.,]|, or|, and) (?:${DO})\\b|has to (?:be|hold) .*such as|\\$\\{[\\w.[\\]]*(?:remedy|advice|instead)\\}`, 'i');

interface Refused {
  readonly file: string;
  /** As it stands in the source, with `${...}` for what is found on a node. */
  readonly message: string;
}

/** The arguments of every `new Refusal(...)`. */
function refusals(): Refused[] {
  const files = readdirSync(AGENT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();
  return files.flatMap((file) => {
    const text = readFileSync(join(AGENT, file), 'utf8');
    return [...text.matchAll(/new Refusal\(/g)].map(({ index, 0: { length } }) => ({ file, message: argument(text, index + length) }));
  });
}

function argument(text: string, from: number): string {
  let depth = 1;
  let end = from;
  for (; depth > 0; end++) depth += { '(': 1, ')': -1 }[text[end]] ?? 0;
  // Texts that are put together from several lines are one.
  return text.slice(from, end - 1).replace(/\s+/g, ' ').replace(/['`] \+ ['`]/g, '');
}

const ALL = refusals();
/** What is said elsewhere, or by what calls it. */
const isText = ({ message }: Refused) => /^['`(]|\? ['`]/.test(message);
/** Of an archive they say what is wrong with it; the step that unpacks it adds what to do (failure-messages). */
const isOfArchive = ({ file }: Refused) => file.startsWith('artifact/');
/** Of a canary they become part of a sentence that says it. */
const isPart = ({ file }: Refused) => file === 'containerd/canary.ts';

test('there are refusals to be looked at', () => {
  expect(ALL.length).toBeGreaterThan(80);
  expect(ALL.filter((refusal) => isText(refusal) && !isOfArchive(refusal) && !isPart(refusal)).length).toBeGreaterThan(50);
});

test.each(ALL.filter((refusal) => isText(refusal) && !isOfArchive(refusal) && !isPart(refusal)))('in $file one says what to do: $message', ({ message }) => {
  expect(message.replaceAll('${byHand(', ': add ')).toMatch(SAYS_WHAT_TO_DO);
});
