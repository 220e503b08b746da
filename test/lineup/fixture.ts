import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { planHash } from '../../src/installer/plan-hash';
import { PLAN_HASH_ANNOTATION } from '../../src/installer/pod-layout';
import type { Finding } from '../../src/lineup/finding';
import { checkLineUp, type LineUpOptions } from '../../src/lineup/line-up';

// The agent's program is opaque to the check, and not built where only these tests run.
jest.mock('../../src/installer/agent-program', () => ({ agentProgram: () => 'console.log("runs /sandbox-runtimes/agent.js");\n' }));

/** Objects that a test changes before it checks them. */
export type Manifests = any[];

const QUICKSTART = join(__dirname, '..', '..', 'examples', 'quickstart', 'main');

/** The YAML of examples/quickstart, parsed. */
export function quickstart(): Manifests {
  const outdir = mkdtempSync(join(tmpdir(), 'line-up-'));
  process.env.CDK8S_OUTDIR = outdir;
  try {
    jest.isolateModules(() => { jest.requireActual(QUICKSTART); });
    return readdirSync(outdir).sort().flatMap((file) => (
      parseAllDocuments(readFileSync(join(outdir, file), 'utf8')).map((document) => document.toJS())
    ));
  } finally {
    delete process.env.CDK8S_OUTDIR;
    rmSync(outdir, { recursive: true });
  }
}

/** What an app of the library's constructs writes. */
export function synthesized(build: (app: App) => void): Manifests {
  const app = new App();
  build(app);
  return parseAllDocuments(app.synthYaml()).map((document) => document.toJS());
}

/** The one object of a kind (and name). */
export function one(manifests: Manifests, kind: string, name?: string): any {
  const found = manifests.filter((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  if (found.length !== 1) {
    throw new Error(`${found.length} objects ${kind} ${name ?? ''}`);
  }
  return found[0];
}

/** The Pod spec of the one installer. */
export function installerPod(manifests: Manifests): any {
  return one(manifests, 'DaemonSet').spec.template.spec;
}

/** A container of the one installer. */
export function container(manifests: Manifests, name: 'claim' | 'install' | 'admit'): any {
  const { initContainers, containers } = installerPod(manifests);
  return [...initContainers, ...containers].find((candidate) => candidate.name === name);
}

/** The ConfigMap of the one installer whose name ends so. */
export function configMap(manifests: Manifests, suffix: 'plan' | 'files' | 'agent'): any {
  const [found] = manifests.filter((object) => object.kind === 'ConfigMap' && object.metadata.name.endsWith(`-${suffix}`));
  return found;
}

/** Changes the plan, as a synthesis that had written it so would have. */
export function editPlan(manifests: Manifests, edit: (plan: any) => void): void {
  const { data } = configMap(manifests, 'plan');
  const plan = JSON.parse(data['plan.json']);
  edit(plan);
  data['plan.json'] = JSON.stringify(plan);
}

/** Changes the text of one file in the files ConfigMap. */
export function editFile(manifests: Manifests, key: string, from: string, to: string): void {
  const { data } = configMap(manifests, 'files');
  if (!data[key].includes(from)) {
    throw new Error(`${key} has no ${from}`);
  }
  data[key] = data[key].replaceAll(from, to);
}

/** Corrects the hash after a change of the ConfigMaps, so that only the rule in question can find the change. */
export function rehash(manifests: Manifests): Manifests {
  const bundle: Record<string, string> = {};
  for (const object of manifests.filter(({ kind }) => kind === 'ConfigMap')) {
    for (const [key, text] of Object.entries<string>(object.data)) {
      bundle[object.metadata.name.endsWith('-files') ? `files/${key}` : key] = text;
    }
  }
  one(manifests, 'DaemonSet').spec.template.metadata.annotations[PLAN_HASH_ANNOTATION] = planHash(bundle);
  return manifests;
}

/** What one rule finds. */
export function findingsOf(rule: string, manifests: Iterable<unknown>, options?: LineUpOptions): Finding[] {
  return checkLineUp(manifests, options).findings.filter((finding) => finding.rule === rule);
}

/** The messages of what one rule finds. */
export function messagesOf(rule: string, manifests: Iterable<unknown>, options?: LineUpOptions): string[] {
  return findingsOf(rule, manifests, options).map(({ message }) => message);
}

export function runtimeClass(name: string, handler: string, scheduling?: object): object {
  return { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name }, handler, ...(scheduling ? { scheduling } : {}) };
}

export function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'team-a' }, spec };
}

/** Puts a value somewhere in an object; the steps lead there, whatever numbers they are. */
export function putSomewhere(object: any, steps: readonly number[], value: unknown): void {
  let parent = object;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(parent);
    const key = keys[step % keys.length];
    if (depth === steps.length - 1 || typeof parent[key] !== 'object' || parent[key] === null || !Object.keys(parent[key]).length) {
      parent[key] = value;
      return;
    }
    parent = parent[key];
  }
}
