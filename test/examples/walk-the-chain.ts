// Reads YAML only and imports nothing of src: if the library and its own check were wrong in the same way, this is what notices.
import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path/posix';
import * as toml from '@iarna/toml';

export interface Chain {
  pod: string;
  runtimeClass: string;
  handler: string;
  shim: string;
  configPath: string;
  label: string;
}

/** Follows each sandboxed Pod from its class to the files on the node, and throws at the first link that does not hold. */
export function walkTheChain(objects: any[]): Chain[] {
  const chains: Chain[] = [];
  const find = (kind: string, name: string, namespace?: string) => {
    const found = objects.filter((o) => o.kind === kind && o.metadata.name === name && o.metadata.namespace === namespace);
    if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${namespace ?? ''}/${name}`);
    return found[0];
  };
  const same = (what: string, ...values: unknown[]) => {
    const [first] = values;
    if (first === undefined || values.some((value) => JSON.stringify(value) !== JSON.stringify(first))) {
      throw new Error(`${what} differ: ${JSON.stringify(values)}`);
    }
  };

  for (const pod of objects.filter((o) => o.kind === 'Pod')) {
    const runtimeClass = find('RuntimeClass', pod.spec.runtimeClassName);
    const { handler } = runtimeClass;
    const daemonSets = objects.filter((o) => o.kind === 'DaemonSet');
    if (!daemonSets.length) {
      chains.push({ ...chainOf(pod, runtimeClass), shim: 'of the nodes', configPath: 'of the nodes', label: JSON.stringify(runtimeClass.scheduling.nodeSelector) });
      continue;
    }
    if (daemonSets.length !== 1) throw new Error('the walk knows one installer');
    const { namespace } = daemonSets[0].metadata;
    const template = daemonSets[0].spec.template;

    // What the installer's Pod mounts.
    const sources = template.spec.volumes.find((volume: any) => volume.name === 'bundle').projected.sources;
    const bundle: Record<string, string> = {};
    for (const { configMap } of sources) {
      const { data } = find('ConfigMap', configMap.name, namespace);
      for (const { key, path } of configMap.items) bundle[path] = data[key];
    }
    const plan = JSON.parse(bundle['plan.json']);
    const planned = plan.runtimes.find((runtime: any) => runtime.handler === handler);
    if (!planned) throw new Error(`the plan has no handler ${handler}`);
    same('class in the plan', planned.runtimeClassName, runtimeClass.metadata.name);

    // Shim and its configuration, inside folders that the installer may write.
    const tables = planned.tables as Record<string, string>;
    const text = (format: string) => bundle[`files/${tables[format]}`];
    const kind: 'containerd' | 'crio' | 'docker' = plan.platform.kind ?? 'containerd';
    const table = TABLES[kind](handler, text, planned);
    same('shim', table.shim, planned.shim);
    const folder = planned.artifact.directory;
    if (!planned.artifact.required.map((file: string) => `${folder}/${file}`).includes(planned.shim)) throw new Error('shim is not staged');
    const config: any = toml.parse(bundle[`files/${planned.config.key}`]);
    const configPath = planned.baseConfig?.path ?? planned.config.path;
    same('configuration', table.configPath, configPath);
    const paths = planned.baseConfig ? kataFiles(planned, config, bundle) : gvisorFiles(planned, config);
    const shared = planned.sharedConfig ? [planned.sharedConfig.path] : [];
    if (kind === 'crio' && planned.runtime === 'gvisor') same('grouping', toml.parse(bundle[`files/${planned.sharedConfig.key}`]), { grouping: true });
    const install = template.spec.initContainers.find((container: any) => container.name === 'install');
    for (const path of [planned.shim, configPath, ...paths, plan.platform.configFile, ...FILES[kind](plan.platform), ...shared]) {
      const mount = install.volumeMounts.find((m: any) => path.startsWith(`${m.mountPath}/`) && !m.readOnly && m.mountPath !== '/');
      const volume = mount && template.spec.volumes.find((v: any) => v.name === mount.name);
      same(`host path of ${path}`, mount?.mountPath, volume?.hostPath?.path);
    }

    nodeFiles(plan, bundle, install.volumeMounts, template.spec.volumes);

    // The label that opens the gate.
    const label = `sandbox-runtimes.node-restriction.kubernetes.io/${handler}`;
    same('label', planned.label, label);
    const { startupTaint } = plan.gate;
    // Behind a startup taint the class selects the pool, and only the installer gets onto nodes that have the taint.
    same('selector', runtimeClass.scheduling.nodeSelector, startupTaint ? template.spec.nodeSelector : { [label]: 'ready' });
    const tolerated = (tolerations: any[] = []) => tolerations.some(({ key }) => key === undefined || key === startupTaint);
    if (startupTaint && (!tolerated(template.spec.tolerations) || tolerated(runtimeClass.scheduling.tolerations))) throw new Error(`${startupTaint} keeps nobody away`);
    const policies = objects.filter((o) => o.kind === 'ValidatingAdmissionPolicy');
    if (!policies.some((policy) => JSON.stringify(policy).includes(`'${label}'`))) throw new Error('no policy lets the agent set the label');

    chains.push({ ...chainOf(pod, runtimeClass), shim: planned.shim, configPath, label });
  }
  return chains;
}

function chainOf(pod: any, { handler, metadata }: any): Pick<Chain, 'pod' | 'runtimeClass' | 'handler'> {
  return { pod: `${pod.metadata.namespace}/${pod.metadata.name}`, runtimeClass: metadata.name, handler };
}

/** Settings of the kubelet and of crictl: content as planned, and a mount for each file. */
function nodeFiles({ kubelet, crictl, platform }: any, bundle: Record<string, string>, mounts: any[], volumes: any[]): void {
  const hostPath = (mount: any) => volumes.find((volume: any) => volume.name === mount.name)?.hostPath;
  const mountOf = (path: string) => mounts.find((mount: any) => mount.mountPath === path && hostPath(mount)?.path === path);
  const alone = (path: string, type: string) => (hostPath(mountOf(path) ?? {})?.type === type ? mountOf(path) : undefined);
  for (const { path, key, sha256 } of [kubelet?.file, crictl].filter(Boolean)) {
    if (createHash('sha256').update(bundle[`files/${key}`]).digest('hex') !== sha256) throw new Error(`${key} is not what is planned for ${path}`);
    const mount = mountOf(dirname(path)) ?? alone(path, 'FileOrCreate');
    if (!mount || mount.readOnly) throw new Error(`nothing is mounted to write ${path}`);
  }
  for (const path of kubelet?.environmentFiles ?? []) {
    if (!alone(path, 'File')?.readOnly) throw new Error(`${path} is not mounted by itself to be read`);
  }
  if (crictl && !bundle[`files/${crictl.key}`].includes(`runtime-endpoint: "unix://${platform.socket}"`)) throw new Error('crictl asks at another socket');
}

/** What the platform has for a handler in files of its own. */
const FILES = {
  containerd: ({ dropInFile }: any) => [dropInFile],
  crio: ({ dropInFolder }: any) => [`${dropInFolder}/any`],
  docker: () => [],
};

/** Shim and configuration as each container runtime reads them. */
const TABLES = {
  containerd(handler: string, text: (format: string) => string, planned: any) {
    const v2: any = toml.parse(text('v2'));
    const v3: any = toml.parse(text('v3'));
    const runtimes2 = v2.plugins['io.containerd.grpc.v1.cri'].containerd.runtimes;
    const runtimes3 = v3.plugins['io.containerd.cri.v1.runtime'].containerd.runtimes;
    const table = runtimes2[handler];
    const found = [Object.keys(runtimes2), runtimes2[handler], table.runtime_type];
    const wanted = [Object.keys(runtimes3), runtimes3[handler], planned.runtimeType];
    if (JSON.stringify(found) !== JSON.stringify(wanted) || found[0].join() !== handler) throw new Error(`the tables of ${handler} differ`);
    return { shim: table.runtime_path, configPath: table.options.ConfigPath };
  },
  crio(handler: string, text: (format: string) => string, planned: any) {
    const { crio, ...rest }: any = toml.parse(text('crio'));
    const { runtimes, ...others } = crio.runtime;
    const table = runtimes[handler];
    const selinux = planned.runtime === 'gvisor' ? { selinux: false } : {};
    if (JSON.stringify([rest, Object.keys(crio), Object.keys(runtimes), others]) !== JSON.stringify([{}, ['runtime'], [handler], selinux])) {
      throw new Error(`the drop-in of ${handler} has more than its table`);
    }
    if (table.runtime_type !== 'vm' || !/^containerd-shim-[a-zA-Z0-9-]+$/.test(basename(table.runtime_path))) throw new Error(`CRI-O does not start ${table.runtime_path}`);
    return { shim: table.runtime_path, configPath: table.runtime_config_path };
  },
  docker(handler: string, text: (format: string) => string, planned: any) {
    const { runtimes, ...rest } = JSON.parse(text('docker'));
    if (Object.keys(rest).length || Object.keys(runtimes).join() !== handler) throw new Error(`what is merged for ${handler} is more than its runtime`);
    const { path, runtimeArgs, runtimeType, options } = runtimes[handler];
    // gVisor's program has its configuration as arguments, Kata's shim in a file.
    const inTheRightWay = planned.runtime === 'gvisor' ? runtimeArgs.every((arg: string) => arg.startsWith('--')) && !runtimeType : runtimeType && !path;
    if (!inTheRightWay) throw new Error(`${handler} is registered in a way in which it does not start`);
    return { shim: path ?? runtimeType, configPath: options?.ConfigPath ?? planned.config.path };
  },
};

/** gVisor's configuration is one file, which names a program of the release. */
function gvisorFiles({ artifact }: any, { binary_name: runsc }: any): string[] {
  if (!artifact.required.map((file: string) => `${artifact.directory}/${file}`).includes(runsc)) throw new Error('runsc is not staged');
  return [runsc];
}

/**
 * Kata's configuration is a folder of the handler: a copy of a file of the release, in which the folder that Kata is
 * built for is replaced by the one it lies in, and a drop-in. QEMU is started by a program that names its firmware.
 */
function kataFiles({ handler, artifact, baseConfig, config, programs = [], shim }: any, dropIn: any, bundle: Record<string, string>): string[] {
  const folder = dirname(baseConfig.path);
  if (!folder.includes(`/config/${handler}/`) || dirname(config.path) !== `${folder}/config.d`) throw new Error(`the folder of ${handler} is not its own`);
  const [[hypervisor, settings], ...others] = Object.entries<any>(dropIn.hypervisor);
  if (others.length || JSON.stringify(settings.enable_annotations) !== '[]') throw new Error(`the drop-in of ${handler} is not closed`);
  for (const [arch, { root, include }] of Object.entries<any>(artifact.archives)) {
    if (`/${root}` !== baseConfig.builtFor) throw new Error(`${root} is not what is replaced`);
    const needed = [baseConfig.source, shim.slice(artifact.directory.length + 1), ...artifact.required];
    const missing = needed.filter((file) => !include.includes(file));
    if (missing.length) throw new Error(`${missing.join(', ')} of ${handler} is not unpacked on ${arch}`);
  }
  const [program, ...more] = programs;
  if (more.length || settings.path !== program?.path) throw new Error(`${handler} starts ${settings.path} and not ${program?.path}`);
  if ((hypervisor === 'qemu') !== (program !== undefined)) throw new Error(`${hypervisor} is started in the wrong way`);
  if (!program) return [config.path];
  const text = bundle[`files/${program.key}`];
  if (createHash('sha256').update(text).digest('hex') !== program.sha256) throw new Error(`${program.key} is not the planned program`);
  const firmware = / -L (\S+)\/qemu$/m.exec(text)?.[1];
  for (const { include } of Object.values<any>(artifact.archives)) {
    if (!include.map((file: string) => `${artifact.directory}/${file}`).includes(`${firmware}/`)) throw new Error(`the firmware ${firmware} is not unpacked`);
    if (!include.some((file: string) => file.startsWith('bin/') && text.includes(file))) throw new Error('no QEMU of the archive is started');
  }
  return [config.path, program.path];
}
