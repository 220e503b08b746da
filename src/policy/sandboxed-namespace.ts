import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { egressRules, NamespaceEgress } from './namespace-egress';
import { NamespaceQuota } from './namespace-quota';
import { SANDBOX_NAMESPACE_LABEL } from './runtime-class-policy';
import { BOOLEAN, instanceOf, oneOf, requireKinds, type Kinds } from '../runtime/given';
import { refuseLabels } from '../runtime/label-syntax';
import { cpus, mebibytes } from '../runtime/pod-overhead';
import { RUNTIME } from '../runtime/require-runtime';
import { podFixedOf } from '../runtime/runtime-facts';
import type { ISandboxRuntime } from '../runtime/sandbox-runtime';
import { ClusterScopedObject } from '../synth/cluster-scoped-object';
import { LineUpValidation } from '../synth/line-up-validation';
import { refuseLabelName } from '../workload/refuse-names';

/**
 * Level of Pod Security.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export enum PodSecurityLevel {
  /** Without anything that is known to be dangerous; what SandboxedPod writes by itself. */
  RESTRICTED = 'restricted',
  /** Without known privilege escalations. */
  BASELINE = 'baseline',
  /** Everything. */
  PRIVILEGED = 'privileged',
}

/** What a SandboxedNamespace takes. */
export interface SandboxedNamespaceProps {
  /** Name of the namespace. */
  readonly name: string;

  /**
   * The sandbox that its Pods run in, whose overhead is added to the quota.
   *
   * @default - none: the quota has no overhead
   */
  readonly runtime?: ISandboxRuntime;

  /**
   * Whether the namespace carries the label by which a RuntimeClassPolicy finds it.
   *
   * @default true
   */
  readonly requireSandbox?: boolean;

  /**
   * Level of Pod Security that is enforced.
   *
   * @default PodSecurityLevel.RESTRICTED
   */
  readonly podSecurity?: PodSecurityLevel;

  /**
   * Where its Pods may open connections to.
   *
   * @default NamespaceEgress.DNS
   */
  readonly egress?: NamespaceEgress;

  /**
   * Whether other namespaces may open connections to its Pods.
   *
   * @default false
   */
  readonly allowIngress?: boolean;

  /**
   * What its workloads may use together.
   *
   * @default - NamespaceQuota.of(): 20 Pods, 8 processors, 16 GiB, and the overhead of the runtime
   */
  readonly quota?: NamespaceQuota;

  /**
   * Whether containers that say nothing get requests and limits (100m to 1 processor, 128 to 512 MiB). A quota needs
   * that each container has some.
   *
   * @default true
   */
  readonly defaultLimits?: boolean;

  /**
   * Whether Pods of the service account `default` get its token.
   *
   * @default false
   */
  readonly serviceAccountToken?: boolean;

  /**
   * Further labels of the namespace.
   *
   * @default - none
   */
  readonly labels?: { [label: string]: string };
}

/** What would open the namespace without a word. */
const KINDS: Kinds = {
  runtime: RUNTIME,
  requireSandbox: BOOLEAN,
  podSecurity: oneOf(PodSecurityLevel),
  egress: oneOf(NamespaceEgress),
  allowIngress: BOOLEAN,
  quota: instanceOf(() => NamespaceQuota, 'a NamespaceQuota such as NamespaceQuota.of({ pods: 20 })'),
  defaultLimits: BOOLEAN,
  serviceAccountToken: BOOLEAN,
};

/**
 * A namespace for code that is not trusted: Pod Security, a network that is closed but for DNS, a quota that counts the
 * overhead of sandboxes, default limits, and no token. Each of them can be opened by its own property.
 *
 * @see https://kubernetes.io/docs/concepts/security/multi-tenancy/
 */
export class SandboxedNamespace extends Construct {
  /** Name of the namespace. */
  public readonly name: string;

  constructor(scope: Construct, id: string, private readonly props: SandboxedNamespaceProps) {
    super(scope, id);
    const name = props?.name;
    refuseLabelName(`the name of ${this.node.path}`, name);
    if (name === 'default' || name.startsWith('kube-')) {
      throw new Error(`${this.node.path} would close the namespace "${name}", which belongs to the cluster; choose a namespace of your own`);
    }
    requireKinds(this.node.path, props, KINDS);
    refuseLabels(`labels of ${this.node.path}`, props.labels);
    this.name = name;
    new ClusterScopedObject(this, 'Resource', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: this.labels() } });
    if (!props.serviceAccountToken) {
      this.object('ServiceAccount', 'v1', 'default', { automountServiceAccountToken: false });
    }
    LineUpValidation.ensure(this);
    this.network();
    this.quota();
    if (props.defaultLimits ?? true) {
      this.object('LimitRange', 'v1', 'defaults', {
        spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m', memory: '128Mi' }, default: { cpu: '1', memory: '512Mi' } }] },
      });
    }
  }

  private labels(): { [label: string]: string } {
    const level = this.props.podSecurity ?? PodSecurityLevel.RESTRICTED;
    return {
      ...this.props.labels,
      ...Object.fromEntries(['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level])),
      ...(this.props.requireSandbox ?? true ? SANDBOX_NAMESPACE_LABEL : {}),
    };
  }

  private network(): void {
    const egress = egressRules(this.props.egress ?? NamespaceEgress.DNS);
    const closed = [...this.props.allowIngress ? [] : ['Ingress'], ...egress ? ['Egress'] : []];
    if (closed.length) {
      this.object('NetworkPolicy', 'networking.k8s.io/v1', 'closed', {
        spec: { podSelector: {}, policyTypes: closed, ...(egress?.length ? { egress } : {}) },
      });
    }
  }

  private quota(): void {
    const limits = (this.props.quota ?? NamespaceQuota.of())._limits;
    if (!limits) return;
    const { runtime } = this.props;
    const overhead = (runtime && podFixedOf(runtime)) ?? {};
    const cpu = inLargestUnit(Math.ceil((cpus(limits.cpu) + limits.pods * cpus(overhead.cpu ?? '0')) * 1000), 1000, ['m', '', 'k', 'M']);
    const memory = inLargestUnit(Math.ceil(mebibytes(limits.memory) + limits.pods * mebibytes(overhead.memory ?? '0')), 1024, ['Mi', 'Gi', 'Ti', 'Pi', 'Ei']);
    if ([cpu, memory].some((quantity) => quantity.startsWith('NaN'))) {
      throw new Error(`the quota of ${this.node.path} must have Kubernetes quantities such as cpu: '8' and memory: '16Gi', got "${limits.cpu}" and "${limits.memory}"`);
    }
    this.object('ResourceQuota', 'v1', 'quota', {
      spec: { hard: { 'pods': inLargestUnit(limits.pods, 1000, ['', 'k', 'M']), 'requests.cpu': cpu, 'limits.cpu': cpu, 'requests.memory': memory, 'limits.memory': memory } },
    });
  }

  private object(kind: string, apiVersion: string, name: string, content: object): void {
    new ApiObject(this, kind, { apiVersion, kind, metadata: { name, namespace: this.name }, ...content });
  }
}

/** A quantity as the API server writes it back; in another form every `kubectl apply` finds something to change. */
function inLargestUnit(amount: number, factor: number, [unit, ...larger]: readonly string[]): string {
  if (amount === 0) return '0';
  return larger.length && amount % factor === 0 ? inLargestUnit(amount / factor, factor, larger) : `${amount}${unit}`;
}
