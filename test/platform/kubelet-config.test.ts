import { Duration } from 'cdk8s';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { sha256 } from '../../src/installer/plan-hash';
import { KubeletSettings, type KubeletSettingsProps } from '../../src/platform/kubelet-config';

const FIFTEEN_MINUTES = { runtimeRequestTimeout: Duration.minutes(15) };

/** The one file of these settings. */
function file(props: KubeletSettingsProps) {
  const settings = new KubeletSettings(props);
  const plan = settings._plan();
  return { ...plan, content: settings._files()[plan.file.key] };
}

describe('with a folder of KubeletConfiguration drop-ins', () => {
  const inFolder = { ...FIFTEEN_MINUTES, configDir: '/etc/kubernetes/kubelet.conf.d' };

  test('the setting is a complete KubeletConfiguration, without which the kubelet would not start', () => {
    expect(parse(file(inFolder).content)).toEqual({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      runtimeRequestTimeout: '15m',
    });
  });

  test('its name has the suffix that the kubelet reads', () => {
    expect(file(inFolder)).toMatchObject({
      kind: 'config-dir', unit: 'kubelet.service', file: { path: '/etc/kubernetes/kubelet.conf.d/90-sandbox-runtimes.conf' },
    });
  });

  test.each([
    ['/etc/kubernetes/kubelet.conf', 'is the kubelet\'s kubeconfig, a file; the usual folder is "/etc/kubernetes/kubelet.conf.d"'],
    ['/etc/kubernetes/manifests', 'holds static Pods'],
    ['kubelet.conf.d', 'configDir must be an absolute path'],
    ['/etc/kubernetes/kubelet.conf.d/', 'configDir must be an absolute path'],
    ['/etc/../x', 'configDir must be an absolute path'],
  ])('the folder %s is refused', (configDir, message) => {
    expect(() => new KubeletSettings({ ...FIFTEEN_MINUTES, configDir })).toThrow(message);
  });

  test('a main configuration file is refused, since nothing would read it', () => {
    expect(() => new KubeletSettings({ ...inFolder, configFile: '/etc/kubelet.yaml' })).toThrow('configFile "/etc/kubelet.yaml" has no effect with configDir');
  });
});

/**
 * The kubelet's arguments on a node, as systemd puts them together: drop-ins in the order of their names, a later
 * assignment of a variable before an earlier one, and environment files before every `Environment=`.
 */
function kubeletArguments(dropIns: { [name: string]: string }, environmentFiles: { [path: string]: string }): string[] {
  const assigned = new Map<string, string>();
  const files: string[] = [];
  let command = '';
  for (const name of Object.keys(dropIns).sort()) {
    for (const line of dropIns[name].split('\n')) {
      const [, variable, value] = /^Environment="([^=]+)=(.*)"$/.exec(line) ?? [];
      if (variable) { assigned.set(variable, value.replace(/%%/g, '%')); }
      if (line.startsWith('EnvironmentFile=-')) { files.push(line.slice('EnvironmentFile=-'.length)); }
      if (line.startsWith('ExecStart=')) { command = line.slice('ExecStart='.length); }
    }
  }
  for (const line of files.flatMap((path) => environmentFiles[path]?.split('\n') ?? [])) {
    const [, variable, value] = /^([^=]+)="?([^"]*)"?$/.exec(line) ?? [];
    if (variable) { assigned.set(variable, value); }
  }
  return command.split(' ').slice(1).flatMap((word) => (word.startsWith('$') ? (assigned.get(word.slice(1)) ?? '').split(' ') : [word])).filter(Boolean);
}

/** kubeadm's own drop-in of the deb and rpm packages; they differ in the last environment file. */
function kubeadmDropIn(extraArgsFile: string): string {
  return [
    '[Service]',
    'Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"',
    'Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"',
    'EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env',
    `EnvironmentFile=-${extraArgsFile}`,
    'ExecStart=',
    'ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS',
  ].join('\n');
}

describe.each([['deb', '/etc/default/kubelet'], ['rpm', '/etc/sysconfig/kubelet']])('with a systemd drop-in on a node of kubeadm\'s %s package', (_, extraArgsFile) => {
  const environmentFiles = {
    '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.7"',
    [extraArgsFile]: 'KUBELET_EXTRA_ARGS=--max-pods=50',
  };
  const node = (ours: { [name: string]: string }, files: { [path: string]: string } = environmentFiles) =>
    kubeletArguments({ '10-kubeadm.conf': kubeadmDropIn(extraArgsFile), ...ours }, files);
  const dropIn = (props: KubeletSettingsProps = FIFTEEN_MINUTES) => ({ '90-sandbox-runtimes.conf': file(props).content });

  test('the kubelet gets the setting and keeps every argument that it had', () => {
    const before = node({});
    const after = node(dropIn());
    expect(after).toContain('--runtime-request-timeout=15m');
    expect(after.filter((argument) => argument !== '--runtime-request-timeout=15m')).toEqual(before);
    expect(before).toEqual(expect.arrayContaining(['--config=/var/lib/kubelet/config.yaml', '--node-ip=10.0.0.7', '--max-pods=50']));
  });

  test('the node\'s own flag, which stands later, wins', () => {
    const after = node(dropIn(), { [extraArgsFile]: 'KUBELET_EXTRA_ARGS=--runtime-request-timeout=1h' });
    expect(after.filter((argument) => argument.startsWith('--runtime-request-timeout'))).toEqual(['--runtime-request-timeout=15m', '--runtime-request-timeout=1h']);
  });

  test('KUBELET_EXTRA_ARGS in a drop-in, the usual recipe, would have no effect there', () => {
    expect(node({ '90-x.conf': '[Service]\nEnvironment="KUBELET_EXTRA_ARGS=--runtime-request-timeout=15m"' })).toEqual(node({}));
  });

  test('a "%" in the path of the configuration file reaches the kubelet', () => {
    expect(node(dropIn({ ...FIFTEEN_MINUTES, configFile: '/etc/a%b.yaml' }))).toContain('--config=/etc/a%b.yaml');
  });
});

test('the systemd drop-in lies in the unit\'s folder and is ordered after kubeadm\'s', () => {
  expect(file(FIFTEEN_MINUTES)).toMatchObject({
    kind: 'systemd', unit: 'kubelet.service', file: { path: '/etc/systemd/system/kubelet.service.d/90-sandbox-runtimes.conf' },
  });
  expect(file({ ...FIFTEEN_MINUTES, unit: 'my-kubelet.service' }).file.path).toBe('/etc/systemd/system/my-kubelet.service.d/90-sandbox-runtimes.conf');
});

test.each([{}, { configDir: '/etc/kubernetes/kubelet.conf.d' }])('plans the file, its hash and its folder with %j', (props) => {
  const settings = new KubeletSettings({ ...FIFTEEN_MINUTES, ...props });
  const { path, key, sha256: hash } = settings._plan().file;
  expect(hash).toBe(sha256(settings._files()[key]));
  expect(settings._hostFolders()).toEqual([path.slice(0, path.lastIndexOf('/'))]);
});

test.each([{}, { configDir: '/etc/kubernetes/kubelet.conf.d' }])('begins with the line by which the node agent knows its own file, with %j', (props) => {
  expect(file({ ...FIFTEEN_MINUTES, ...props }).content.split('\n')[0]).toBe('# Written by cdk8s-sandbox-runtimes.');
});

test.each(['kubelet', 'kubelet.timer', '../kubelet.service', 'a b.service'])('refuses the unit "%s"', (unit) => {
  expect(() => new KubeletSettings({ ...FIFTEEN_MINUTES, unit })).toThrow(`unit must be a systemd service such as "kubelet.service", got "${unit}"`);
});

test('refuses a timeout of 0, which the kubelet would read as its default', () => {
  expect(() => new KubeletSettings({ runtimeRequestTimeout: Duration.seconds(0) })).toThrow('runtimeRequestTimeout must be at least 1 millisecond');
});

test('writes every duration so that Go reads the same back', () => {
  const inMillis: { [unit: string]: number } = { ms: 1, s: 1000, m: 60_000 };
  fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.constantFrom(1, 1000, 60_000), (amount, unit) => {
    const { content } = file({ runtimeRequestTimeout: Duration.millis(amount * unit), configDir: '/etc/kubernetes/kubelet.conf.d' });
    const [, count, suffix] = /^(\d+)(ms|s|m)$/.exec(parse(content).runtimeRequestTimeout)!;
    expect(Number(count) * inMillis[suffix]).toBe(amount * unit);
  }));
});

test('refuses a folder that would have to be mounted with the whole system\'s configuration', () => {
  expect(() => new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(5), configDir: '/etc' })).toThrow('configDir "/etc" holds more than');
});

describe('files with arguments of the kubelet', () => {
  const settings = (...environmentFiles: string[]) => new KubeletSettings({ ...FIFTEEN_MINUTES, environmentFiles });

  test('are in the plan, sorted and each once', () => {
    expect(settings('/var/lib/kubelet/kubeadm-flags.env', '/etc/default/kubelet', '/etc/default/kubelet')._plan().environmentFiles)
      .toEqual(['/etc/default/kubelet', '/var/lib/kubelet/kubeadm-flags.env']);
  });

  test('that nobody lists are not in it', () => {
    expect(settings()._plan()).not.toHaveProperty('environmentFiles');
  });

  test.each([
    ['/var/lib/kubelet', 'is a folder, with the volumes and tokens of all Pods below it; name the file itself'],
    ['/var', 'is a folder, with the volumes and tokens of all Pods below it; name the file itself'],
    ['/var/lib/kubelet/pki/kubelet.key', 'lies in a folder where the kubelet keeps data of Pods or its own keys'],
    ['etc/default/kubelet', 'environmentFiles must be an absolute path'],
    ['/var/lib/kubelet/', 'environmentFiles must be an absolute path'],
  ])('never expose what the kubelet has beside them: %s is refused', (path, message) => {
    expect(() => settings(path)).toThrow(message);
  });
});

test.each<[unknown, string]>([[undefined, 'nothing'], [{}, 'nothing'], [{ runtimeRequestTimeout: '15m' }, '"15m"']])('tells who writes JavaScript that %j is no timeout', (props, got) => {
  expect(() => new KubeletSettings(props as any)).toThrow(`runtimeRequestTimeout must be a Duration of cdk8s such as Duration.minutes(15), got ${got}`);
});
