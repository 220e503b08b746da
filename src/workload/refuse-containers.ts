import { CONTAINER, MOUNT, PORT, SECURITY } from './container-kinds';
import { refuseQuantity } from './quantity';
import { refuseLabelName } from './refuse-names';
import type { SandboxedContainer } from './sandboxed-container';
import { requireKinds, shown } from '../runtime/given';
import { cpus, mebibytes } from '../runtime/pod-overhead';

const RESOURCES = { cpuRequest: '100m', cpuLimit: '1', memoryRequest: '64Mi', memoryLimit: '256Mi' } as const;
/** The name of a port: an IANA service name. @see https://datatracker.ietf.org/doc/html/rfc6335#section-5.1 */
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
/** Printable ASCII without "=". @see https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/ */
const ENV_NAME = /^[ -<>-~]+$/;

const PROBES = ['readinessProbe', 'livenessProbe', 'startupProbe'] as const;

/** A request may be as much as the limit in other words (700m, 0.7), which floating point does not always see. */
const ROUNDED = 1 + 1e-9;

/** Refuses containers that the API server would refuse, with what to write instead. */
export function refuseContainers(pod: string, containers: readonly SandboxedContainer[], initContainers: readonly SandboxedContainer[] = []): void {
  const names = new Set<string>();
  for (const container of [...initContainers, ...containers]) {
    for (const member of ['name', 'image'] as const) {
      if (typeof container?.[member] !== 'string' || container[member] === '') {
        throw new Error(`a container of ${pod} has no ${member}; write { name: 'web', image: 'registry.example/web:1.0' }`);
      }
    }
    const { name } = container;
    refuseLabelName(`the name of a container of ${pod}`, name);
    if (names.has(name)) {
      throw new Error(`${pod} has two containers "${name}", init containers included; give one of them another name`);
    }
    names.add(name);
    const described = `container "${name}" of ${pod}`;
    if (/\s/.test(container.image)) {
      throw new Error(`${described} has the image ${shown(container.image)}; an image's name has no spaces, such as "registry.example/web:1.0"`);
    }
    requireKinds(described, container, CONTAINER);
    refusePorts(described, container);
    refuseEnv(described, container);
    refuseQuantities(described, container);
    refuseMounts(described, container);
    refuseSecurity(described, container);
  }
  for (const container of initContainers) {
    const probe = PROBES.find((member) => container[member] !== undefined);
    if (probe) {
      throw new Error(`container "${container.name}" of ${pod} has a ${probe}, which no init container may have unless it is a sidecar; leave it out, `
        + 'make it one of containers, or add it and restartPolicy: \'Always\' to the Pod itself: ApiObject.of(pod).addJsonPatch(...)');
    }
  }
}

function refusePorts(container: string, { ports = [] }: SandboxedContainer): void {
  const names = new Set<string>();
  for (const port of ports) {
    const { containerPort, name } = port;
    requireKinds(`a port of ${container}`, port, PORT);
    if (!isPort(containerPort)) throw new Error(`${container} has the port ${shown(containerPort)}; a port is a whole number from 1 to 65535`);
    if (name === undefined) continue;
    if (!PORT_NAME.test(name)) {
      throw new Error(`${container} has a port with the name "${name}"; such a name has at most 15 lower-case letters, digits and single "-" between them, one letter at least, such as "http"`);
    }
    if (names.has(name)) throw new Error(`${container} has two ports with the name "${name}"; give one of them another name`);
    names.add(name);
  }
}

function refuseEnv(container: string, { env = {} }: SandboxedContainer): void {
  for (const [name, value] of Object.entries(env)) {
    if (!ENV_NAME.test(name)) throw new Error(`${container} has the environment variable "${name}"; a name is printable ASCII without "=", such as "LOG_LEVEL"`);
    if (typeof value !== 'string') throw new Error(`${container} has ${shown(value)} for the environment variable ${name}, which is no text; ${instead(value)}`);
  }
}

function instead(value: unknown): string {
  if (value === undefined || value === null) return 'leave it out';
  return typeof value === 'object'
    ? 'add it to the Pod itself: ApiObject.of(pod).addJsonPatch(JsonPatch.add(\'/spec/containers/0/env\', [...]))'
    : `write '${String(value)}'`;
}

function refuseQuantities(container: string, { resources = {} }: SandboxedContainer): void {
  for (const [member, example] of Object.entries(RESOURCES)) {
    refuseQuantity(`${member} of ${container}`, resources[member as keyof typeof RESOURCES], example);
  }
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resources;
  const pairs = [['cpu', cpuRequest, cpuLimit, cpus], ['memory', memoryRequest, memoryLimit, mebibytes]] as const;
  for (const [resource, request, limit, amount] of pairs) {
    if (request !== undefined && limit !== undefined && amount(request) > amount(limit) * ROUNDED) {
      throw new Error(`${resource}Request of ${container} is "${request}", more than its ${resource}Limit "${limit}"; a request is at most the limit`);
    }
  }
}

function refuseMounts(container: string, { volumeMounts = [] }: SandboxedContainer): void {
  const paths = new Set<string>();
  for (const mount of volumeMounts) {
    const { name, mountPath, subPath } = mount;
    requireKinds(`a mount of ${container}`, mount, MOUNT);
    if (!mountPath) throw new Error(`${container} mounts the volume "${name}" at no path; name one, such as "/data"`);
    if (paths.has(mountPath)) throw new Error(`${container} mounts two volumes at "${mountPath}"; give one of them another mountPath`);
    paths.add(mountPath);
    if (subPath !== undefined && (subPath.startsWith('/') || subPath.split('/').includes('..'))) {
      throw new Error(`${container} mounts "${subPath}" of the volume "${name}"; a subPath stays inside the volume: relative, without ".."`);
    }
  }
}

function refuseSecurity(container: string, { security = {} }: SandboxedContainer): void {
  requireKinds(container, security, SECURITY);
  const { runAsUser, runAsGroup, runAsNonRoot = true, addCapabilities = [], dropCapabilities = [] } = security;
  for (const [member, id] of Object.entries({ runAsUser, runAsGroup })) {
    if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id < 2 ** 31)) {
      throw new Error(`${member} of ${container} is ${shown(id)}; an ID is a whole number from 0 to 2147483647`);
    }
  }
  if (runAsUser === 0 && runAsNonRoot) {
    throw new Error(`${container} has runAsUser: 0, which the kubelet refuses to start; give it another UID, or write runAsNonRoot: false`);
  }
  const prefixed = [...addCapabilities, ...dropCapabilities].find((capability) => /^CAP_/i.test(capability));
  if (prefixed !== undefined) throw new Error(`${container} names the capability "${prefixed}"; Kubernetes calls it "${prefixed.slice('CAP_'.length).toUpperCase()}"`);
}

/** Whether a number can be a port. */
export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65535;
}
