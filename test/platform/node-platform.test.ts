import { App, Chart, Duration } from 'cdk8s';
import {
  GVisorRelease, GVisorRuntime, KataRelease, KataRuntime, KataShim, KubeletSettings, NodeInstaller, NodePlatform, NodeRestart,
  type GVisorRuntimeProps, type KataRuntimeProps, type KubeletSettingsProps,
} from '../../src';
import type { InstallPlan, KubeletPlan } from '../../src/installer/install-plan';

interface Installed {
  readonly plan: InstallPlan;
  readonly files: { readonly [key: string]: string };
  readonly pod: any;
}

/** What an installer for such nodes brings, with both runtimes or those that are given. */
function installed(platform: NodePlatform, gvisor?: Partial<GVisorRuntimeProps>, kata?: Partial<KataRuntimeProps>): Installed {
  jest.spyOn(console, 'warn').mockImplementation();
  const chart = new Chart(new App(), 'sandbox');
  const installer = new NodeInstaller(chart, 'installer', { platform });
  if (gvisor) new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0, ...gvisor });
  if (kata) new KataRuntime(chart, 'kata', { release: KataRelease.V4_2_0, ...kata });
  const child = (id: string) => (installer.node.findChild(id) as any).toJson();
  return { plan: JSON.parse(child('Plan').data['plan.json']), files: child('Files').data, pod: child('DaemonSet').spec.template.spec };
}

const CRIO_WITHOUT_SELINUX = NodePlatform.crio({ disableSelinux: true });

/** Host paths of the `install` container: path to type. */
function hostPaths(pod: any): Record<string, string> {
  return Object.fromEntries(pod.volumes.filter((volume: any) => volume.hostPath).map(({ hostPath }: any) => [hostPath.path, hostPath.type]));
}

afterEach(() => jest.restoreAllMocks());

describe('CRI-O', () => {
  test('gets a drop-in for Kata as its own documentation has it', () => {
    const { plan, files } = installed(NodePlatform.CRIO, undefined, {});
    const [kata] = plan.runtimes;
    expect(kata.tables).toEqual({ crio: 'kata-qemu-runtime-rs.crio.conf' });
    expect(files['kata-qemu-runtime-rs.crio.conf']).toBe(`[crio.runtime.runtimes.kata-qemu-runtime-rs]
runtime_path = "/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0/runtime-rs/bin/containerd-shim-kata-v2"
runtime_type = "vm"
runtime_root = "/run/vc"
runtime_config_path = "${kata.baseConfig!.path}"
privileged_without_host_devices = true
`);
    expect(kata.requires).toMatchObject({ crio: { minimum: '1.26.0', broken: [] } });
    expect(kata.requires).not.toHaveProperty('containerd');
  });

  test('lets the guest pull images where Kata is told to', () => {
    const { files } = installed(NodePlatform.CRIO, undefined, { guestPull: true, kubeletAllowsLongRequests: true });
    expect(files['kata-qemu-runtime-rs.crio.conf']).toContain('runtime_pull_image = true\n');
  });

  test('gets a drop-in for gVisor that turns SELinux off, and the file in which the shim looks for grouping', () => {
    const { plan, files, pod } = installed(CRIO_WITHOUT_SELINUX, {});
    const [gvisor] = plan.runtimes;
    expect(files['runsc.crio.conf']).toBe(`[crio.runtime]
selinux = false

[crio.runtime.runtimes.runsc]
runtime_path = "/opt/sandbox-runtimes/gvisor/20261005.0/containerd-shim-runsc-v1"
runtime_type = "vm"
runtime_root = "/run/runsc"
runtime_config_path = "${gvisor.config.path}"
privileged_without_host_devices = true
`);
    expect(files['runsc.runsc.toml']).toContain('grouping = true\n');
    expect(gvisor.sharedConfig).toMatchObject({ path: '/etc/containerd/runsc/config.toml', key: 'runsc-shared.toml' });
    expect(files['runsc-shared.toml']).toMatch(/^# Written by .*\ngrouping = true\n$/);
    expect(gvisor.requires).toMatchObject({ crio: { minimum: '1.37.0' } });
    expect(hostPaths(pod)).toMatchObject({ '/etc/containerd/runsc': 'DirectoryOrCreate' });
  });

  test('is refused for gVisor unless SELinux may be turned off, and the message says for whom', () => {
    expect(() => installed(NodePlatform.CRIO, {}))
      .toThrow('SELinux off for all containers of the node, runc\'s included; if that is acceptable, write platform: NodePlatform.crio({ disableSelinux: true })');
  });

  test('warns that SELinux is off for everything else as well', () => {
    const app = new App();
    const chart = new Chart(app, 'sandbox');
    new NodeInstaller(chart, 'installer', { platform: CRIO_WITHOUT_SELINUX });
    new GVisorRuntime(chart, 'gvisor', { release: GVisorRelease.V20261005_0 });
    const warn = jest.spyOn(console, 'warn').mockImplementation();
    app.synthYaml();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('"runsc" turns SELinux off for every container of its nodes'));
  });

  test('is mounted where it keeps drop-ins and socket, and nothing of containerd or Docker is', () => {
    expect(hostPaths(installed(NodePlatform.CRIO, undefined, {}).pod)).toEqual({
      '/etc/crio': 'DirectoryOrCreate',
      '/opt/sandbox-runtimes': 'DirectoryOrCreate',
      '/run/systemd': 'Directory',
      '/usr': 'Directory',
      '/var/lib/sandbox-runtimes': 'DirectoryOrCreate',
      '/var/run/crio': 'Directory',
    });
  });

  test('has paths of its own on other nodes, under another name', () => {
    const { plan } = installed(NodePlatform.crio({ configFile: '/opt/crio/crio.conf', socket: '/run/my/crio.sock' }), undefined, {});
    expect(plan.platform).toMatchObject({ name: 'custom-crio', dropInFolder: '/opt/crio/crio.conf.d', socket: '/run/my/crio.sock' });
  });

  test('has no snapshotters', () => {
    expect(() => installed(NodePlatform.CRIO, undefined, { shim: KataShim.CLH_RUNTIME_RS, snapshotter: 'devmapper' }))
      .toThrow('needs the snapshotter devmapper, which nodes of the platform crio do not have');
  });
});

describe('Docker', () => {
  test('gets runsc itself with its flags as arguments, since its shim starts no container without the CRI', () => {
    const { plan, files } = installed(NodePlatform.DOCKER, { debug: true });
    expect(files['runsc.docker.json']).toBe(`{
  "runtimes": {
    "runsc": {
      "path": "/opt/sandbox-runtimes/gvisor/20261005.0/runsc",
      "runtimeArgs": [
        "--debug=true",
        "--debug-log=/var/log/runsc/",
        "--platform=systrap"
      ]
    }
  }
}
`);
    expect(plan.runtimes[0]).toMatchObject({ shim: '/opt/sandbox-runtimes/gvisor/20261005.0/runsc', requires: { docker: { minimum: '20.10.0' } } });
  });

  test('gets Kata\'s shim with its options', () => {
    const { plan, files } = installed(NodePlatform.DOCKER, undefined, {});
    const [kata] = plan.runtimes;
    expect(files['kata-qemu-runtime-rs.docker.json']).toBe(`{
  "runtimes": {
    "kata-qemu-runtime-rs": {
      "runtimeType": "/opt/sandbox-runtimes/kata-qemu-runtime-rs/4.2.0/runtime-rs/bin/containerd-shim-kata-v2",
      "options": {
        "ConfigPath": "${kata.baseConfig!.path}"
      }
    }
  }
}
`);
    expect(kata.requires).toMatchObject({ docker: { minimum: '24.0.0' } });
  });

  test('is refused arguments that its shell script would read as something else', () => {
    expect(() => installed(NodePlatform.DOCKER, { extraFlags: { 'some-flag': 'a; reboot' } })).toThrow('Docker hands "some-flag" on through a shell without quotes');
    expect(() => installed(NodePlatform.CONTAINERD, { extraFlags: { 'some-flag': 'a; reboot' } })).not.toThrow();
  });

  test('has no guest that pulls images', () => {
    expect(() => installed(NodePlatform.DOCKER, undefined, { guestPull: true, kubeletAllowsLongRequests: true }))
      .toThrow('needs guestPull, which nodes of the platform docker do not have');
  });

  test('leaves default-runtime alone unless asked', () => {
    expect(installed(NodePlatform.DOCKER, {}).plan.platform).not.toHaveProperty('defaultRuntime');
    expect(installed(NodePlatform.docker({ defaultRuntime: 'runsc' }), {}).plan.platform).toMatchObject({ defaultRuntime: 'runsc' });
  });

  test('is mounted with its socket alone, since /run has the sockets of everything else', () => {
    expect(hostPaths(installed(NodePlatform.DOCKER, {}).pod)).toEqual({
      '/etc/docker': 'DirectoryOrCreate',
      '/opt/sandbox-runtimes': 'DirectoryOrCreate',
      '/run/systemd': 'Directory',
      '/usr': 'Directory',
      '/var/lib/sandbox-runtimes': 'DirectoryOrCreate',
      '/var/run/docker.sock': 'Socket',
    });
  });

  test('has paths of its own on other nodes, under another name', () => {
    const platform = NodePlatform.docker({ configFile: '/opt/docker/daemon.json', restart: NodeRestart.systemd('my-docker.service') });
    expect(installed(platform, {}).plan.platform).toMatchObject({
      name: 'custom-docker', configFile: '/opt/docker/daemon.json', engineSocket: '/var/run/docker.sock', restart: { kind: 'systemd', unit: 'my-docker.service' },
    });
  });
});

test.each([[() => NodePlatform.crio({ socket: 'crio.sock' })], [() => NodePlatform.docker({ engineSocket: 'docker.sock' })]])('refuses a relative path', (make) => {
  expect(make).toThrow(/must be an absolute path/);
});

describe('the kubelet of k3s, which runs in the service of k3s', () => {
  type Settings = Omit<KubeletSettingsProps, 'runtimeRequestTimeout'>;
  const FOLDER = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d';

  function planned(platform: NodePlatform, settings: Settings): KubeletPlan | undefined {
    const kubelet = new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(15), ...settings });
    const installer = new NodeInstaller(new Chart(new App(), 'sandbox'), 'installer', { platform, kubelet });
    return JSON.parse((installer.node.findChild('Plan') as any).toJson().data['plan.json']).kubelet;
  }

  test.each([['K3S', 'k3s.service'], ['K3S', 'k3s-agent.service'], ['K3S_AGENT', 'k3s-agent.service']] as const)(
    'takes settings with NodePlatform.%s for %s, and is restarted with it', (platform, unit) => {
      expect(planned(NodePlatform[platform], { unit, configDir: FOLDER })).toMatchObject({ unit, kind: 'embedded', file: { path: `${FOLDER}/90-sandbox-runtimes.conf` } });
    });

  test.each<[string, Settings, string]>([
    ['no unit', { configDir: FOLDER }, `a file in ${FOLDER} for kubelet.service; on nodes of the platform k3s the kubelet runs in k3s.service or k3s-agent.service`],
    ['a systemd drop-in', { unit: 'k3s.service' }, `write new KubeletSettings({ unit: 'k3s.service', configDir: '${FOLDER}', ... })`],
    ['a folder that it does not read', { unit: 'k3s.service', configDir: '/etc/kubernetes/kubelet.conf.d' }, `and reads ${FOLDER}`],
    ['files with arguments', { unit: 'k3s.service', configDir: FOLDER, environmentFiles: ['/etc/default/kubelet'] }, 'environmentFiles of the kubelet settings has /etc/default/kubelet'],
  ])('takes no settings with %s', (_, settings, message) => {
    expect(() => planned(NodePlatform.K3S, settings)).toThrow(message);
  });

  test('is no matter of other platforms, whatever their units are', () => {
    const platform = NodePlatform.containerd({ restart: NodeRestart.systemd('node.service') });
    expect(planned(platform, { unit: 'node.service' })).toMatchObject({ kind: 'systemd' });
    expect(planned(platform, { configDir: '/etc/kubernetes/kubelet.conf.d' })).toMatchObject({ kind: 'config-dir' });
  });
});
