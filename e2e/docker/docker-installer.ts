import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DockerHost } from './docker-host';
import { AgentRun, envValue, Manifest, one, volumePath } from '../node/installer-run';

/**
 * Runs the `install` container of a synthesized DaemonSet with Docker, as cri-dockerd would: its volumes, its mounts and
 * nothing else, its environment, command and privileges. As in the tests with containerd, the image cannot be pulled, and
 * the container shares the host's PID namespace to reach a supervised process.
 *
 * @param devices device nodes of a faked host: path in the container to path on the host
 */
export async function runInstallWithDocker(
  host: DockerHost, manifests: readonly Manifest[], image: string, devices: { readonly [path: string]: string } = {},
): Promise<AgentRun> {
  const daemonSet = one(manifests, 'DaemonSet');
  const { metadata, spec } = daemonSet.spec.template;
  const container = spec.initContainers.find(({ name }: { name: string }) => name === 'install');
  const uid = randomUUID();
  const volumes = new Map<string, string>(spec.volumes.map((volume: any) => [volume.name, volumePath(host, uid, volume, manifests, daemonSet)]));
  const mounts: string[] = container.volumeMounts.flatMap((mount: any) =>
    ['--mount', `type=bind,source=${volumes.get(mount.name)},target=${mount.mountPath}${mount.readOnly ? ',readonly' : ''}`]);
  const env: string[] = container.env.flatMap((variable: any) => ['--env', `${variable.name}=${envValue(variable, metadata, host, daemonSet)}`]);
  const { securityContext } = container;
  const privileges = [
    '--user', `${spec.securityContext.runAsUser}:${spec.securityContext.runAsGroup}`,
    ...securityContext.capabilities.drop.flatMap((capability: string) => ['--cap-drop', capability]),
    ...(securityContext.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...(securityContext.readOnlyRootFilesystem ? ['--read-only'] : []),
  ];
  const deviceNodes = Object.entries(devices).flatMap(([path, source]) => ['--device', `${source}:${path}:r`]);
  const [program, ...args] = container.command;
  const { exitCode, output } = await host.run([
    'docker', 'run', '--rm', '--pid', 'host', '--network', 'host', '--runtime', 'runc', ...privileges, ...deviceNodes, ...mounts, ...env, '--entrypoint', program, image, ...args,
  ]);
  const verdict = `${volumes.get('shared')}/verdict.json`;
  return new AgentRun(exitCode, output, existsSync(host.path(verdict)) ? JSON.parse(host.read(verdict)) : undefined);
}
