import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { sameNames } from './same-name';
import { SandboxRegistry } from './sandbox-registry';
import { SynthPass } from './synth-pass';
import { NodeInstaller } from '../installer/node-installer';
import { checkLineUp } from '../lineup/line-up';
import { pathsIntoList, podSpecPath } from '../workload/pod-spec-path';
import { applySandboxes } from '../workload/sandbox-workload';

const ensured = new WeakSet<IConstruct>();

/** The line-up check as a validation of the app: once per synthesis, over what is really going to be written. */
export class LineUpValidation {
  /** Adds the check to the app that a construct belongs to, if it is not there yet: to its root, which nobody can take out of the tree. */
  public static ensure(construct: IConstruct): void {
    const root = construct.node.root;
    if (ensured.has(root)) return;
    ensured.add(root);
    const pass = SynthPass.of(root);
    pass.addValidation(root, () => pass.once(() => validate(root, pass)));
  }
}

function validate(root: IConstruct, pass: SynthPass): string[] {
  keepNamespacesFirst(root);
  const registry = SandboxRegistry.of(root);
  const { errors, warnings, manifests } = applySandboxes(root, registry, pass);
  for (const warning of warnings) console.warn(`warning: ${warning}`);
  const others = otherObjects(root);
  const concerned = others.filter((object) => object.kind === 'RuntimeClass' || object.node.scope instanceof NodeInstaller || isUnnamedList(object, registry));
  const result = checkLineUp([...manifests, ...concerned.map((object) => pass.render(object))], {
    externalRuntimeClasses: registry.external,
    externalHandlers: registry.externalHandlers,
    // Other people's Pods may name classes that no construct of this app knows.
    judgeUnknownClasses: false,
  });
  errors.push(...sameNames(others));
  for (const finding of result.findings) {
    if (finding.severity === 'error') errors.push(`${finding.rule}: ${finding.object}: ${finding.message}`);
    else console.warn(`warning: ${finding.rule}: ${finding.object}: ${finding.message}`);
  }
  return errors;
}

/** Those without Pods, which come rendered already. The check is about RuntimeClasses from anywhere, lists, and all that belongs to an installer. */
function otherObjects(root: IConstruct): ApiObject[] {
  const objects = root.node.findAll().filter((construct) => ApiObject.isApiObject(construct)) as ApiObject[];
  return objects.filter(({ apiVersion, kind }) => !podSpecPath(apiVersion, kind));
}

/** Objects in a list are judged as any others, unless `sandbox()` was told where their Pods are: these come rendered already. */
function isUnnamedList(object: ApiObject, { sandboxed }: SandboxRegistry): boolean {
  return (pathsIntoList(object.apiVersion, object.kind) !== undefined || object.kind === 'RuntimeClassList') && !sandboxed.has(object);
}

/** What something depends on is drawn forward, past the namespace that it is in. */
function keepNamespacesFirst(root: IConstruct): void {
  for (const construct of root.node.findAll()) {
    for (const dependency of construct.node.dependencies) {
      const { scope } = dependency.node;
      if (scope instanceof NodeInstaller) scope._keepBehindNamespace(dependency);
    }
  }
}
