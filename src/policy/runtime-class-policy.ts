import { Chart, Lazy, Names } from 'cdk8s';
import { Construct } from 'constructs';
import { podValidations } from './pod-conditions';
import { PolicyMode } from './policy-mode';
import { kubernetesMinor } from '../installer/kubernetes-version';
import type { CompatibilityRule } from '../lineup/compatibility-rule';
import { celText } from '../lineup/pod-rule';
import { listOf, oneOf, requireKinds, TEXTS, type Kinds } from '../runtime/given';
import { refuseLabels } from '../runtime/label-syntax';
import { RUNTIME } from '../runtime/require-runtime';
import { factsOf } from '../runtime/runtime-facts';
import { toObjectName } from '../runtime/runtime-names';
import { SandboxRuntime, type ISandboxRuntime } from '../runtime/sandbox-runtime';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';

const API = 'admissionregistration.k8s.io/v1';

/** Label of the namespaces that a policy holds for, where nothing else is said. */
export const SANDBOX_NAMESPACE_LABEL = { 'sandbox-runtimes/sandbox': 'required' };

/** Namespaces of the cluster itself: a policy that kept their Pods away would break it. */
const CLUSTER_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'];

/** What a RuntimeClassPolicy takes. */
export interface RuntimeClassPolicyProps {
  /** The runtimes that Pods may name, at least one. */
  readonly runtimes: ISandboxRuntime[];

  /**
   * Runtime that Pods get which name none. Needs Kubernetes 1.36. Pods of the host's network and of system priority
   * stay without.
   *
   * @default - none: a Pod without a runtime is refused
   */
  readonly defaultRuntime?: ISandboxRuntime;

  /**
   * Labels of the namespaces that the policy holds for. The namespaces of the cluster and of the runtimes' installers
   * are always left out.
   *
   * @default - { 'sandbox-runtimes/sandbox': 'required' }, which SandboxedNamespace sets
   */
  readonly namespaceLabels?: { [label: string]: string };

  /**
   * Whether Pods are refused or only reported.
   *
   * @default PolicyMode.ENFORCE
   */
  readonly mode?: PolicyMode;

  /**
   * Rules from which a Pod may except itself by its annotation `except.sandbox-runtimes/<rule>`. Whoever may create a
   * Pod may write that annotation.
   *
   * @default - none
   */
  readonly honoredExceptions?: CompatibilityRule[];

  /**
   * Lowest Kubernetes minor that the manifests have to work on, e.g. `1.36`.
   *
   * @default '1.32'
   */
  readonly kubernetesVersion?: string;
}

const KINDS: Kinds = {
  runtimes: listOf([RUNTIME[0], 'runtimes such as [gvisor]']),
  defaultRuntime: RUNTIME,
  mode: oneOf(PolicyMode),
  honoredExceptions: TEXTS,
};

/**
 * Who has to run in a sandbox: the API server refuses Pods of these namespaces that name no RuntimeClass or another
 * one, and Pods that break a rule whose verdict is an error (docs/rules.md). The rules are those of the check at synth.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export class RuntimeClassPolicy extends Construct {
  /** Name of the policy and its binding. */
  public readonly name: string;

  constructor(scope: Construct, id: string, private readonly props: RuntimeClassPolicyProps) {
    super(scope, id);
    requireKinds(this.node.path, props, KINDS);
    if (!props?.runtimes?.length) {
      throw new Error(`${this.node.path} allows no runtime, so no Pod could run; name at least one in runtimes`);
    }
    const { defaultRuntime, kubernetesVersion = '1.32' } = props;
    if (defaultRuntime && !props.runtimes.includes(defaultRuntime)) {
      throw new Error(`the defaultRuntime of ${this.node.path} is "${defaultRuntime.runtimeClassName}", which it does not allow; add it to runtimes`);
    }
    this.requireKubernetes(kubernetesVersion, 30, 'ValidatingAdmissionPolicy v1', 'use a cluster that has it');
    if (defaultRuntime) {
      this.requireKubernetes(kubernetesVersion, 36, 'MutatingAdmissionPolicy v1, for defaultRuntime',
        'leave defaultRuntime out and put workloads into the sandbox with sandbox(), or write kubernetesVersion: \'1.36\'');
    }
    refuseLabels(`namespaceLabels of ${this.node.path}`, props.namespaceLabels);
    const { namespace } = Chart.of(this);
    this.name = `${namespace === undefined ? '' : `${namespace}.`}${toObjectName(Names.toDnsLabel(this, { includeHash: false }))}`;

    // The class is given before it is required.
    if (defaultRuntime) this.emitDefault(defaultRuntime.runtimeClassName);
    this.emitRequirement();
  }

  private emitRequirement(): void {
    const mode = this.props.mode ?? PolicyMode.ENFORCE;
    new ClusterScopedObject(this, 'Policy', {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: this.name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: this.namespaceSelector(),
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'], scope: '*' },
            { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/ephemeralcontainers'], scope: '*' },
          ],
        },
        matchConditions: [
          notMirrored(),
          // A Pod that was there before can still be finished and deleted.
          {
            name: 'changes-what-is-judged',
            expression: "request.operation == 'CREATE' || object.spec != oldObject.spec"
              + ' || object.metadata.?annotations.orValue({}) != oldObject.metadata.?annotations.orValue({})',
          },
        ],
        variables: [
          { name: 'spec', expression: 'object.spec' },
          { name: 'class', expression: "object.spec.?runtimeClassName.orValue('')" },
          { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
          { name: 'volumes', expression: 'object.spec.?volumes.orValue([])' },
          {
            name: 'containers',
            expression: ['object.spec.containers', 'object.spec.?initContainers.orValue([])', 'object.spec.?ephemeralContainers.orValue([])'].join(' + '),
          },
        ],
        // What the runtimes are is known when everything has been added to the app.
        validations: Lazy.any({ produce: () => this.validations() }),
      },
    });
    new ClusterScopedObject(this, 'Binding', {
      apiVersion: API,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: this.name },
      spec: { policyName: this.name, validationActions: mode === PolicyMode.ENFORCE ? ['Deny', 'Audit'] : ['Warn', 'Audit'] },
    });
  }

  /** The overhead and the scheduling of the class are added by the API server, which looks at the Pod again. */
  private emitDefault(runtimeClassName: string): void {
    const name = `${this.name}-default`;
    new ClusterScopedObject(this, 'Default', {
      apiVersion: API,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: this.namespaceSelector(),
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: '*' }],
        },
        matchConditions: [
          notMirrored(),
          { name: 'without-a-class', expression: "object.spec.?runtimeClassName.orValue('') == ''" },
          { name: 'not-on-the-network-of-the-host', expression: '!object.spec.?hostNetwork.orValue(false)' },
          { name: 'not-of-the-system', expression: "!object.spec.?priorityClassName.orValue('').startsWith('system-')" },
        ],
        mutations: [{
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: `Object{spec: Object.spec{runtimeClassName: ${celText(runtimeClassName)}}}` },
        }],
      },
    });
    new ClusterScopedObject(this, 'DefaultBinding', {
      apiVersion: API,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name },
    });
  }

  private validations(): object[] {
    const names = this.props.runtimes.map(({ runtimeClassName }) => runtimeClassName);
    const allowed = {
      expression: `variables.class in [${names.map(celText).join(', ')}]`,
      messageExpression: `${celText('runtime-class: Pods of this namespace run in a sandbox, and this one has ')}`
        + ' + (variables.class == \'\' ? \'no runtimeClassName\' : \'runtimeClassName "\' + variables.class + \'"\')'
        + ` + ${celText(`; write one of ${names.join(', ')}`)}`,
    };
    return [allowed, ...podValidations(this.props.runtimes.flatMap((runtime) => factsOf(runtime) ?? []), this.props.honoredExceptions ?? [])]
      .map((validation) => ({ ...validation, reason: 'Forbidden' }));
  }

  private namespaceSelector(): object {
    const installers = this.props.runtimes.flatMap((runtime) => (runtime instanceof SandboxRuntime ? runtime._installerNamespaces() : []));
    const outside = [...new Set([...CLUSTER_NAMESPACES, ...installers])];
    return {
      matchLabels: this.props.namespaceLabels ?? SANDBOX_NAMESPACE_LABEL,
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: outside }],
    };
  }

  private requireKubernetes(version: string, minor: number, what: string, instead: string): void {
    if (kubernetesMinor(version) < minor) {
      throw new Error(`${this.node.path} needs Kubernetes 1.${minor} (${what}), got kubernetesVersion "${version}"; ${instead}`);
    }
  }
}

/** Static Pods: the kubelet runs them whatever the API server says. */
function notMirrored() {
  return { name: 'not-a-static-pod', expression: "!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({}))" };
}
