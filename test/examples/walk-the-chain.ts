// Reads YAML only and imports nothing of src: if the library and its own check were wrong in the same way, this is what notices.
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

    // Both tables.
    const v2: any = toml.parse(bundle[`files/${planned.tables.v2}`]);
    const v3: any = toml.parse(bundle[`files/${planned.tables.v3}`]);
    const runtimes2 = v2.plugins['io.containerd.grpc.v1.cri'].containerd.runtimes;
    const runtimes3 = v3.plugins['io.containerd.cri.v1.runtime'].containerd.runtimes;
    same('keys of the tables', Object.keys(runtimes2), Object.keys(runtimes3), [handler]);
    same('tables', runtimes2[handler], runtimes3[handler]);
    const table = runtimes2[handler];

    // Shim and its configuration, inside folders that the installer may write.
    same('shim', table.runtime_path, planned.shim);
    same('ConfigPath', table.options.ConfigPath, planned.config.path);
    same('runtime_type', table.runtime_type, planned.runtimeType);
    const folder = planned.artifact.directory;
    if (!planned.artifact.required.map((file: string) => `${folder}/${file}`).includes(planned.shim)) throw new Error('shim is not staged');
    const config: any = toml.parse(bundle[`files/${planned.config.key}`]);
    if (!planned.artifact.required.map((file: string) => `${folder}/${file}`).includes(config.binary_name)) throw new Error('runsc is not staged');
    const install = template.spec.initContainers.find((container: any) => container.name === 'install');
    for (const path of [planned.shim, planned.config.path, config.binary_name, plan.platform.configFile, plan.platform.dropInFile]) {
      const mount = install.volumeMounts.find((m: any) => path.startsWith(`${m.mountPath}/`) && !m.readOnly && m.mountPath !== '/');
      const volume = mount && template.spec.volumes.find((v: any) => v.name === mount.name);
      same(`host path of ${path}`, mount?.mountPath, volume?.hostPath?.path);
    }

    // The label that opens the gate.
    const label = `sandbox-runtimes.node-restriction.kubernetes.io/${handler}`;
    same('label', planned.label, label);
    same('selector', runtimeClass.scheduling.nodeSelector, { [label]: 'ready' });
    const policies = objects.filter((o) => o.kind === 'ValidatingAdmissionPolicy');
    if (!policies.some((policy) => JSON.stringify(policy).includes(`'${label}'`))) throw new Error('no policy lets the agent set the label');

    chains.push({
      pod: `${pod.metadata.namespace}/${pod.metadata.name}`,
      runtimeClass: runtimeClass.metadata.name,
      handler,
      shim: planned.shim,
      configPath: planned.config.path,
      label,
    });
  }
  return chains;
}
