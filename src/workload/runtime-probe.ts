import { ApiObject, Names, type ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { probeScript } from './probe-script';
import { containerManifest } from './sandboxed-container';
import { fromRegistry } from '../installer/image-registry';
import { sha256 } from '../installer/plan-hash';
import { OBJECT, requireKinds, TEXT, TEXTS } from '../runtime/given';
import { requireRuntime } from '../runtime/require-runtime';
import { factsOf } from '../runtime/runtime-facts';
import { toObjectName } from '../runtime/runtime-names';
import { SandboxRuntime, type ISandboxRuntime } from '../runtime/sandbox-runtime';

/** A shell and grep, in 2 MB, for all architectures. The digest is the one that three public repositories pin. */
const PROBE_IMAGE = 'docker.io/library/busybox:1.37.0@sha256:9db7b59979c38555a39def84a31fb98b5296952f9e3afd4f6f11f05b07adfab0';

/** What a RuntimeProbe takes. */
export interface RuntimeProbeProps {
  /** The sandbox to prove. */
  readonly runtime: ISandboxRuntime;

  /**
   * When to prove it again and again, as a cron expression such as `0 6 * * *`.
   *
   * @default - once, as a Job
   */
  readonly schedule?: string;

  /**
   * Image with a shell, `grep` and `dmesg`.
   *
   * @default - docker.io/library/busybox:1.37.0 by digest, of the `imageRegistry` of the runtime's installers, if they have one
   */
  readonly image?: string;

  /**
   * Names of Secrets in the probe's namespace for pulling the image.
   *
   * @default - none
   */
  readonly imagePullSecrets?: string[];

  /**
   * Name, namespace, labels and annotations.
   *
   * @default - a name from the construct's path, the chart's namespace and labels
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * A Job (or CronJob) that proves from the inside that Pods of a RuntimeClass do not run on the kernel of their node:
 * it succeeds with `PROVEN` in its log, and fails with `NOT PROVEN` where the class is a sandbox in name only.
 *
 * ```sh
 * kubectl wait --for=condition=complete job/<name> && kubectl logs job/<name>
 * ```
 */
export class RuntimeProbe extends Construct {
  /** Name of the Job or CronJob. */
  public readonly name: string;

  constructor(scope: Construct, id: string, props: RuntimeProbeProps) {
    super(scope, id);
    requireRuntime(this.node.path, props?.runtime);
    requireKinds(this.node.path, props, { schedule: TEXT, imagePullSecrets: TEXTS, metadata: OBJECT });
    const { runtime, schedule } = props;
    const kind = factsOf(runtime)?.kind;
    if (!kind) {
      throw new Error(`${this.node.path} cannot prove the RuntimeClass "${runtime.runtimeClassName}": its name does not say whether it is gVisor or Kata, `
        + 'and this app does not install it; give the probe a runtime that is one of them');
    }
    if (schedule !== undefined && !/^(@\w+|\S+( \S+){4})$/.test(schedule)) {
      throw new Error(`schedule of ${this.node.path} must be a cron expression of five fields such as "0 6 * * *", got "${schedule}"`);
    }
    const container = containerManifest({
      name: 'probe',
      image: props.image ?? fromRegistry(imageRegistryOf(this, runtime), PROBE_IMAGE),
      command: ['/bin/sh', '-c', probeScript(kind, runtime.runtimeClassName)],
      resources: { cpuRequest: '10m', cpuLimit: '500m', memoryRequest: '16Mi', memoryLimit: '128Mi' },
      security: { runAsUser: 65534, runAsGroup: 65534, readOnlyRootFilesystem: true },
    });
    const jobSpec = {
      // A sandbox in name only does not become one by being tried again.
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      template: {
        spec: {
          runtimeClassName: runtime.runtimeClassName,
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          ...(props.imagePullSecrets?.length ? { imagePullSecrets: props.imagePullSecrets.map((secret) => ({ name: secret })) } : {}),
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [{ ...container, env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }] }],
        },
      },
    };
    const name = toObjectName(Names.toDnsLabel(this, { includeHash: false, maxLen: 43 }));
    // The template of a Job cannot be changed: another one is another Job.
    this.name = props.metadata?.name ?? (schedule === undefined ? `${name}-${sha256(JSON.stringify(jobSpec)).slice(0, 8)}` : name);
    const metadata = { ...props.metadata, name: this.name };
    if (schedule === undefined) {
      new ApiObject(this, 'Resource', { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: jobSpec });
    } else {
      new ApiObject(this, 'Resource', {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata,
        spec: { schedule, concurrencyPolicy: 'Forbid', jobTemplate: { spec: jobSpec } },
      });
    }
  }
}

/** A Pod may come to a node of any of the runtime's installers. */
function imageRegistryOf(probe: Construct, runtime: ISandboxRuntime): string | undefined {
  const registries = runtime instanceof SandboxRuntime ? runtime._imageRegistries() : [];
  if (registries.length > 1) {
    throw new Error(`the installers of ${runtime.runtimeClassName} have several registries (${registries.map((registry) => registry ?? 'none').join(', ')}); `
      + `name the image of ${probe.node.path} by its prop image`);
  }
  return registries[0];
}
