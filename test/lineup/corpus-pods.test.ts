import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runtimeClass } from './fixture';
import { checkLineUp, type LineUpResult } from '../../src/lineup/line-up';
import { sandboxFacts } from '../../src/lineup/sandbox-facts';

const CORPUS = join(__dirname, '..', '..', '..', 'shared', 'corpus', 'pods');
// Other people's files are not part of the repository.
const present = existsSync(CORPUS);

/** What a reviewer of each file that is not just accepted would say, and the rules that say it. */
const REVIEWED: { readonly [file: string]: readonly string[] } = {
  // Notes of a learner in the form of YAML.
  '05.yaml': ['not YAML'],
  // The class of this repository leads to runc: the Pod believes that it is in a virtual machine, and is on the node's kernel.
  '09.yaml': ['error sandbox-in-name-only'],
  // A privileged container beside two others, with a folder of the host.
  '11.yaml': ['warning host-path', 'warning privileged'],
  // Edera, of which nothing is known here.
  '21.yaml': ['unknown runtime'],
  '23.yaml': ['unknown runtime'],
  // Firecracker without a memory limit: a guest of 2 GiB for a Pod that reserves nothing.
  '25.yaml': ['warning kata-guest-size'],
  // A patch for other manifests.
  '27.yaml': ['no Pod'],
  // gVisor's own tutorial for Docker in a sandbox, which adds all capabilities and needs net-raw.
  '29.yaml': ['warning admin-capabilities', 'warning net-raw'],
  // Kata's own tests: a privileged Pod, and OpenVPN, which means the guest's /dev/net/tun.
  '31.yaml': ['warning privileged'],
  '43.yaml': ['warning admin-capabilities', 'warning host-device'],
  // Bound to a node past the scheduler.
  '67.yaml': ['warning node-name'],
};

interface Row {
  readonly file: string;
  readonly repository: string;
  readonly classes: string;
  readonly said: readonly string[];
}

/** Every file with the RuntimeClasses of its repository; those that are elsewhere are somebody else's. */
function judged(): Row[] {
  const [, ...rows] = readFileSync(join(CORPUS, 'index.tsv'), 'utf8').trimEnd().split('\n').map((line) => line.split('\t'));
  return rows.map(([file, repository, , , objects, defined]) => {
    const documents = parseAllDocuments(readFileSync(join(CORPUS, file), 'utf8'));
    const classes = defined.split(';').flatMap((one) => {
      const [name, handler] = one.split('->');
      // One that only patches a class of Kata's own installer, which has the name of its handler.
      return handler === undefined ? [] : [{ name, handler: handler === 'None' ? name : handler }];
    });
    const names = [...objects.matchAll(/:(\S+)/g)].flatMap(([, list]) => list.split(','));
    const manifests = documents.map((document) => document.toJS()).filter((object) => typeof object === 'object' && object !== null);
    const own = new Set(manifests.filter(({ kind }) => kind === 'RuntimeClass').map(({ metadata }) => metadata.name));
    const result = documents.some(({ errors }) => errors.length) ? undefined : checkLineUp(
      [...manifests, ...classes.filter(({ name }) => !own.has(name)).map(({ name, handler }) => runtimeClass(name, handler))],
      {
        externalRuntimeClasses: names.filter((name) => !classes.some((one) => one.name === name)),
        externalHandlers: classes.map(({ handler }) => handler),
      },
    );
    return {
      file,
      repository,
      classes: [...new Set(names)].map((name) => `${name}${classes.filter((one) => one.name === name).map(({ handler }) => ` -> ${handler}`).join('')}`).join(', '),
      said: result ? saidOf(result) : ['not YAML'],
    };
  });
}

function saidOf({ findings, index }: LineUpResult): string[] {
  const classes = [...index.sandboxed.keys()];
  if (!classes.length) {
    return ['no Pod'];
  }
  const said = findings.map(({ severity, rule }) => `${severity} ${rule}`);
  return said.length || classes.some((name) => sandboxFacts(index, name)) ? [...new Set(said)].sort() : ['unknown runtime'];
}

function verdict(said: readonly string[]): string {
  const [first] = said;
  return first === undefined ? 'accepted' : first.startsWith('error') ? 'refused' : first.startsWith('warning') ? 'accepted, with warnings' : first;
}

(present ? test : test.skip)(`the Pods of public repositories get verdicts that a person agrees with${present ? '' : ' (skipped: they are not beside this checkout)'}`, () => {
  const rows = judged();
  process.stdout.write(['', '| file | repository | RuntimeClass | verdict | rules |', '|---|---|---|---|---|',
    ...rows.map(({ file, repository, classes, said }) => `| ${file} | ${repository} | ${classes} | ${verdict(said)} | ${said.filter((one) => one !== verdict(said)).join(', ')} |`), ''].join('\n'));
  expect(rows.length).toBeGreaterThan(0);
  expect(Object.fromEntries(rows.filter(({ said }) => said.length).map(({ file, said }) => [file, said]))).toEqual(REVIEWED);
});
