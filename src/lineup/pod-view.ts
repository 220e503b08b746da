import type { FieldPath } from './field-path';
import { isRecord, listAt, recordAt, textAt, valueAt } from './manifest';

/** What the rules look at in the spec of an installer's Pod. */
export interface PodView {
  /** In the order in which they start. */
  readonly containers: readonly ContainerView[];
  readonly volumes: ReadonlyMap<string, VolumeView>;
  readonly nodeSelector: ReadonlyMap<string, string>;
  readonly tolerations: readonly Toleration[];
  readonly serviceAccountName?: string;
}

export interface ContainerView {
  /** Where in the DaemonSet it is. */
  readonly field: FieldPath;
  readonly name: string;
  readonly image: string;
  readonly mounts: readonly MountView[];
  /** Command and arguments, with blanks between them. */
  readonly command: string;
  /** Command, arguments, commands of probes and values of environment variables. */
  readonly texts: readonly string[];
  /** Environment variables that come from a field of the Pod. */
  readonly fieldRefs: ReadonlyMap<string, string>;
  /** What has to succeed before it is ready: the commands of its readiness probe and, where it has one, of its startup probe. */
  readonly readiness: readonly (readonly unknown[])[];
}

export interface MountView {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether that is so for mounts below it too, as far as the node can. */
  readonly recursiveReadOnly: boolean;
}

export interface VolumeView {
  readonly hostPath?: string;
  /** What the host must have there, such as `Directory` or `File`. */
  readonly hostPathType?: string;
  readonly emptyDir: boolean;
  /** The image that the volume is. */
  readonly image?: string;
  readonly configMaps: readonly ConfigMapSource[];
  /** Whether a service account token is in it. */
  readonly token: boolean;
  /** Names of the files of a projected volume. */
  readonly paths: readonly string[];
}

export interface ConfigMapSource {
  readonly name: string;
  /** Key and the path it is mounted at; undefined: every key at its own name. */
  readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Toleration {
  readonly key?: string;
  readonly operator: string;
  readonly value: string;
  readonly effect?: string;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

export function viewPod(podSpec: unknown): PodView {
  return {
    containers: ['initContainers', 'containers'].flatMap((list) => (
      listAt(podSpec, list).map((container, position) => viewContainer(container, ['spec', 'template', 'spec', list, position]))
    )),
    volumes: new Map(listAt(podSpec, 'volumes').map((volume) => [textAt(volume, 'name') ?? '', viewVolume(volume)])),
    nodeSelector: textMap(podSpec, 'nodeSelector'),
    tolerations: viewTolerations(valueAt(podSpec, 'tolerations')),
    serviceAccountName: textAt(podSpec, 'serviceAccountName'),
  };
}

/** The members of an object of strings. */
export function textMap(value: unknown, ...path: readonly string[]): ReadonlyMap<string, string> {
  return new Map(Object.entries(recordAt(value, ...path)).map(([key, text]) => [key, String(text)]));
}

export function viewTolerations(tolerations: unknown): Toleration[] {
  return (Array.isArray(tolerations) ? tolerations : []).filter(isRecord).map((toleration) => ({
    key: textAt(toleration, 'key') || undefined,
    operator: textAt(toleration, 'operator') ?? 'Equal',
    value: textAt(toleration, 'value') ?? '',
    effect: textAt(toleration, 'effect') || undefined,
  }));
}

function viewContainer(container: unknown, field: FieldPath): ContainerView {
  const env = listAt(container, 'env');
  const lists = [listAt(container, 'command'), listAt(container, 'args'), ...PROBES.map((probe) => listAt(container, probe, 'exec', 'command'))];
  return {
    field,
    name: textAt(container, 'name') ?? '',
    image: textAt(container, 'image') ?? '',
    command: lists.slice(0, 2).flat().join(' '),
    mounts: listAt(container, 'volumeMounts').map((mount) => ({
      volume: textAt(mount, 'name') ?? '',
      path: textAt(mount, 'mountPath') ?? '',
      readOnly: valueAt(mount, 'readOnly') === true,
      recursiveReadOnly: ['IfPossible', 'Enabled'].includes(textAt(mount, 'recursiveReadOnly') ?? ''),
    })),
    texts: [...lists.flat(), ...env.map((variable) => valueAt(variable, 'value'))].filter((text) => typeof text === 'string'),
    fieldRefs: new Map(env.flatMap((variable) => {
      const source = textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath');
      return source === undefined ? [] : [[textAt(variable, 'name') ?? '', source] as const];
    })),
    readiness: ['readinessProbe', ...(valueAt(container, 'startupProbe') === undefined ? [] : ['startupProbe'])]
      .map((probe) => listAt(container, probe, 'exec', 'command')),
  };
}

function viewVolume(volume: unknown): VolumeView {
  const sources = listAt(volume, 'projected', 'sources');
  const own = valueAt(volume, 'configMap');
  return {
    hostPath: textAt(volume, 'hostPath', 'path'),
    hostPathType: textAt(volume, 'hostPath', 'type'),
    emptyDir: isRecord(valueAt(volume, 'emptyDir')),
    image: textAt(volume, 'image', 'reference'),
    configMaps: [
      ...sources.filter((source) => valueAt(source, 'configMap') !== undefined).map((source) => viewConfigMap(valueAt(source, 'configMap'))),
      ...(own === undefined ? [] : [viewConfigMap(own)]),
    ],
    token: sources.some((source) => valueAt(source, 'serviceAccountToken') !== undefined),
    paths: sources.flatMap((source) => [
      textAt(source, 'serviceAccountToken', 'path') ?? [],
      ...listAt(source, 'configMap', 'items').map((item) => textAt(item, 'path') ?? []),
    ].flat()),
  };
}

function viewConfigMap(source: unknown): ConfigMapSource {
  return {
    name: textAt(source, 'name') ?? '',
    items: valueAt(source, 'items') === undefined ? undefined : listAt(source, 'items').map((item) => ({
      key: textAt(item, 'key') ?? '',
      path: textAt(item, 'path') ?? '',
    })),
  };
}
