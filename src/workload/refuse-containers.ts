import { refuseQuantity } from './quantity';
import type { SandboxedContainer } from './sandboxed-container';

const RESOURCES = { cpuRequest: '100m', cpuLimit: '1', memoryRequest: '64Mi', memoryLimit: '256Mi' } as const;

/** Refuses containers that the API server would refuse, with what to write instead. */
export function refuseContainers(pod: string, containers: readonly SandboxedContainer[]): void {
  const names = new Set<string>();
  for (const container of containers) {
    for (const member of ['name', 'image'] as const) {
      if (typeof container?.[member] !== 'string' || container[member] === '') {
        throw new Error(`a container of ${pod} has no ${member}; write { name: 'web', image: 'registry.example/web:1.0' }`);
      }
    }
    const { name } = container;
    if (names.has(name)) {
      throw new Error(`${pod} has two containers "${name}", init containers included; give one of them another name`);
    }
    names.add(name);
    const described = `container "${name}" of ${pod}`;
    refusePorts(described, container);
    refuseQuantities(described, container);
  }
}

function refusePorts(container: string, { ports = [] }: SandboxedContainer): void {
  for (const { containerPort } of ports) {
    if (!isPort(containerPort)) throw new Error(`${container} has the port ${containerPort}; a port is a whole number from 1 to 65535`);
  }
}

function refuseQuantities(container: string, { resources = {} }: SandboxedContainer): void {
  for (const [member, example] of Object.entries(RESOURCES)) {
    refuseQuantity(`${member} of ${container}`, resources[member as keyof typeof RESOURCES], example);
  }
}

/** Whether a number can be a port. */
export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65535;
}
