import { isDeepStrictEqual } from 'node:util';
import { isRecord, listAt, textAt } from '../../lineup/manifest';
import { cpus, mebibytes } from '../../runtime/pod-overhead';

/** What the API server fills in where nothing is said; of a list what it fills into each element. */
type Defaults = string | number | boolean | readonly [Defaults] | { readonly [member: string]: Defaults };

const HTTP: Defaults = { httpGet: { path: '/', scheme: 'HTTP' } };
const PROBE: Defaults = { ...HTTP, failureThreshold: 3, grpc: { service: '' }, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 };
const FIELD: Defaults = { fieldRef: { apiVersion: 'v1' } };
const FILES: Defaults = { defaultMode: 0o644 };
const CONTAINER: Defaults = {
  env: [{ value: '', valueFrom: FIELD }],
  lifecycle: { postStart: HTTP, preStop: HTTP },
  livenessProbe: PROBE,
  ports: [{ protocol: 'TCP' }],
  readinessProbe: PROBE,
  securityContext: { procMount: 'Default' },
  startupProbe: PROBE,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  volumeMounts: [{ readOnly: false }],
};

/** @see https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go */
const POD: Defaults = {
  containers: [CONTAINER],
  dnsPolicy: 'ClusterFirst',
  enableServiceLinks: true,
  ephemeralContainers: [CONTAINER],
  hostIPC: false,
  hostNetwork: false,
  hostPID: false,
  initContainers: [CONTAINER],
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  serviceAccountName: 'default',
  terminationGracePeriodSeconds: 30,
  volumes: [{
    configMap: FILES,
    downwardAPI: { ...FILES, items: [FIELD] },
    ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } },
    hostPath: { type: '' },
    projected: { ...FILES, sources: [{ downwardAPI: { items: [FIELD] }, serviceAccountToken: { expirationSeconds: 3600 } }] },
    secret: FILES,
  }],
};

/** What admission, the scheduler and the RuntimeClass add to a Pod when it is created. */
const ADMITTED = ['imagePullSecrets', 'nodeName', 'nodeSelector', 'overhead', 'preemptionPolicy', 'priority', 'priorityClassName', 'tolerations'];
/** Volume with the token that every Pod gets. */
const API_ACCESS = /^kube-api-access-/;

/**
 * A Pod's spec as it was stated: without what the API server fills in, so that it is the same before and after it was
 * applied.
 *
 * @param admitted whether what a Pod gets when it is created is left out, too
 */
export function statedPodSpec(podSpec: unknown, admitted: boolean): unknown {
  if (!isRecord(podSpec)) {
    return podSpec;
  }
  const { serviceAccount, serviceAccountName = serviceAccount, ...rest } = podSpec;
  const lists = ['containers', 'initContainers', 'ephemeralContainers'].map((list) => [list, listAt(podSpec, list).map((container) => statedContainer(container, admitted))]);
  const volumes = listAt(podSpec, 'volumes').filter((volume) => !(admitted && isApiAccess(volume))).map(statedVolume);
  const left = Object.entries(rest).filter(([member]) => !(admitted && ADMITTED.includes(member)));
  return stated({ ...Object.fromEntries([...left, ...lists]), serviceAccountName, volumes }, POD);
}

/** A value without members that say nothing: null, empty, or what the API server fills in. */
export function stated(value: unknown, defaults?: Defaults): unknown {
  if (Array.isArray(value)) {
    const each = Array.isArray(defaults) ? defaults[0] : undefined;
    return value.length ? value.map((element) => stated(element, each) ?? {}) : undefined;
  }
  if (isRecord(value)) {
    const of = isRecord(defaults) ? defaults as { readonly [member: string]: Defaults } : {};
    const members = Object.entries(value)
      .map(([member, given]) => [member, member === 'podFixed' ? quantities(given) : stated(given, of[member])] as const)
      .filter(([, given]) => given !== undefined);
    return members.length ? Object.fromEntries(members) : undefined;
  }
  return value === null || isDeepStrictEqual(value, defaults) ? undefined : value;
}

function statedContainer(container: unknown, admitted: boolean): unknown {
  if (!isRecord(container)) {
    return container;
  }
  const { imagePullPolicy, resources, ...rest } = container;
  const { limits, requests, ...others } = isRecord(resources) ? resources : {};
  // What has a limit and no request requests as much as its limit.
  const asked = { ...isRecord(limits) ? limits : {}, ...isRecord(requests) ? requests : {} };
  return {
    ...rest,
    ...(imagePullPolicy === usualPullPolicy(container.image) ? {} : { imagePullPolicy }),
    resources: { ...others, limits: quantities(limits), requests: quantities(asked) },
    volumeMounts: listAt(container, 'volumeMounts').filter((mount) => !(admitted && isApiAccess(mount))),
  };
}

function statedVolume(volume: unknown): unknown {
  const { image } = isRecord(volume) ? volume : {};
  if (!isRecord(image)) {
    return volume;
  }
  const { pullPolicy, ...rest } = image;
  return { ...volume as object, image: { ...rest, ...(pullPolicy === usualPullPolicy(image.reference) ? {} : { pullPolicy }) } };
}

/** A tag that moves is pulled again. */
function usualPullPolicy(image: unknown): string {
  return /(^[^:@]*|:latest)$/.test(String(image).split('/').at(-1)!) ? 'Always' : 'IfNotPresent';
}

/** As numbers, because 1Gi and 1024Mi are the same. */
function quantities(given: unknown): { readonly [resource: string]: unknown } | undefined {
  return isRecord(given) && Object.keys(given).length ? Object.fromEntries(Object.entries(given).map(([resource, quantity]) => {
    const number = (resource === 'cpu' ? cpus : mebibytes)(String(quantity));
    return [resource, Number.isNaN(number) ? String(quantity) : number];
  })) : undefined;
}

function isApiAccess(named: unknown): boolean {
  return API_ACCESS.test(textAt(named, 'name') ?? '');
}
