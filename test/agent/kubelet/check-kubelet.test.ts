import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Host } from '../../../agent/host/host';
import { checkKubelet } from '../../../agent/kubelet/check-kubelet';
import { Kubelet, KubeletUnit } from '../../../agent/kubelet/kubelet';
import { KubeletPlan } from '../../../src/installer/install-plan';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const DEFAULTS = '/etc/default/kubelet';
const FLAGS = '/var/lib/kubelet/kubeadm-flags.env';
const DROP_IN = '/etc/systemd/system/kubelet.service.d/90-sandbox-runtimes.conf';

const KUBEADM: KubeletUnit = {
  loadState: 'loaded',
  command: ['/usr/bin/kubelet', '$KUBELET_KUBECONFIG_ARGS', '$KUBELET_CONFIG_ARGS', '$KUBELET_KUBEADM_ARGS', '$KUBELET_EXTRA_ARGS'],
  environment: ['KUBELET_KUBECONFIG_ARGS=--kubeconfig=/etc/kubernetes/kubelet.conf', 'KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml'],
};

/** What our drop-in says; the rest of it is no matter here. */
function dropIn(args = '--config=/var/lib/kubelet/config.yaml --runtime-request-timeout=15m'): string {
  return `[Service]\nEnvironment="KUBELET_CONFIG_ARGS=${args}"\n`;
}

interface Situation {
  readonly unit?: Partial<KubeletUnit>;
  /** Flags that the node's kubelet no longer has; undefined where it cannot be asked. */
  readonly gone?: readonly string[] | undefined;
  readonly files?: { readonly [path: string]: string };
  readonly plan?: Partial<KubeletPlan>;
  readonly content?: string;
}

let printed: string[];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => { printed.push(line); });
});

async function check({ unit, gone = [], files = {}, plan, content = dropIn() }: Situation): Promise<void> {
  const root = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  const kubelet: Kubelet = {
    unit: async () => ({ ...KUBEADM, ...unit }),
    complaint: async (_, [argument]) => (gone.includes(argument.split('=')[0]) ? `unknown flag: ${argument.split('=')[0]}` : undefined),
    restart: async () => undefined,
  };
  const asked = gone.includes('*') ? { ...kubelet, complaint: async () => { throw new Error('it is a script'); } } : kubelet;
  await checkKubelet(new Host(root), asked, { unit: 'kubelet.service', kind: 'systemd', file: { path: DROP_IN, key: 'k', sha256: '' }, ...plan }, content);
}

test('accepts a node as kubeadm makes it', async () => {
  await check({ files: { [FLAGS]: 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.7"' }, plan: { environmentFiles: [FLAGS] } });
  expect(printed).toEqual([]);
});

test('accepts a unit that sets no variable yet, and one that a shell starts', async () => {
  await check({ unit: { environment: [] } });
  await check({ unit: { command: ['/bin/sh', '-c', 'exec kubelet ${KUBELET_CONFIG_ARGS}'], environment: [] } });
});

describe('flags that kubelets no longer have', () => {
  const files = {
    [DEFAULTS]: 'KUBELET_EXTRA_ARGS="--network-plugin=cni"\n',
    [FLAGS]: 'KUBELET_KUBEADM_ARGS="--container-runtime=remote --pod-infra-container-image=k8s.gcr.io/pause:3.1"\n',
  };
  const plan = { environmentFiles: [DEFAULTS, FLAGS] };

  test('are refused by name, file and the release that removed them, and with what to do', async () => {
    const refused = check({ files, plan, gone: ['--network-plugin', '--container-runtime', '--pod-infra-container-image'] });
    await expect(refused).rejects.toMatchObject({ name: 'Refusal' });
    await expect(refused).rejects.toThrow('/etc/default/kubelet has --network-plugin, removed in Kubernetes 1.24 (the container runtime has its own CNI settings)');
    await expect(refused).rejects.toThrow('/var/lib/kubelet/kubeadm-flags.env has --container-runtime, removed in Kubernetes 1.27');
    await expect(refused).rejects.toThrow('/var/lib/kubelet/kubeadm-flags.env has --pod-infra-container-image, removed in Kubernetes 1.35');
    await expect(refused).rejects.toThrow('take what is named out of the files on this node, then delete the installer\'s Pod there');
  });

  test('are only reported where the node\'s kubelet still has them', async () => {
    await check({ files: { [FLAGS]: 'KUBELET_KUBEADM_ARGS=--pod-infra-container-image=registry.k8s.io/pause:3.10' }, plan: { environmentFiles: [FLAGS] } });
    expect(printed).toEqual([expect.stringMatching(/^preflight: .*kubeadm-flags\.env: has --pod-infra-container-image, removed in Kubernetes 1\.35 .*before the kubelet of this node is updated$/)]);
  });

  test('are refused where the kubelet cannot be asked', async () => {
    await expect(check({ files, plan, gone: ['*'] })).rejects.toThrow('/etc/default/kubelet has --network-plugin');
  });

  test('are not looked for in files that nobody lists', async () => {
    await check({ files, gone: ['--network-plugin'] });
  });
});

test.each<[string, Situation, string]>([
  ['a unit that is not there', { unit: { loadState: 'not-found' } },
    'systemd has no usable unit kubelet.service on this node (LoadState is not-found): set unit of the KubeletSettings to the one that runs the kubelet'],
  ['a listed file that is not there', { plan: { environmentFiles: [DEFAULTS] } }, '/etc/default/kubelet is among the environmentFiles of the KubeletSettings and is not on this node'],
  ['a unit that does not use the variable', { unit: { command: ['/usr/bin/kubelet', '--config=/etc/kubelet.yaml'] } },
    'kubelet.service does not use $KUBELET_CONFIG_ARGS (it starts /usr/bin/kubelet --config=/etc/kubelet.yaml), so the kubelet would never see the settings: set configDir'],
  ['a unit that passes the variable as one word', { unit: { command: ['/usr/bin/kubelet', '${KUBELET_CONFIG_ARGS}'] } },
    'uses ${KUBELET_CONFIG_ARGS}, which gives the kubelet all of it as one argument: write $KUBELET_CONFIG_ARGS'],
  ['a variable with other arguments', { unit: { environment: ['KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml --v=4'] } },
    'without --v=4: set configDir of the KubeletSettings'],
  ['another configuration file', { unit: { environment: ['KUBELET_CONFIG_ARGS=--config=/etc/kubelet.yaml'] } },
    'without --config=/etc/kubelet.yaml: set configFile of the KubeletSettings to the file that the kubelet is started with'],
  ['a variable that an environment file sets', { files: { [DEFAULTS]: 'KUBELET_CONFIG_ARGS=--config=/x' }, plan: { environmentFiles: [DEFAULTS] } },
    '/etc/default/kubelet sets KUBELET_CONFIG_ARGS and wins over any drop-in'],
])('refuses %s', async (_, situation, message) => {
  const refused = check(situation);
  await expect(refused).rejects.toMatchObject({ name: 'Refusal' });
  await expect(refused).rejects.toThrow(message);
});

test('accepts what an earlier drop-in of ours has set', async () => {
  const before = '--config=/etc/old.yaml --runtime-request-timeout=5m';
  await check({ files: { [DROP_IN]: dropIn(before) }, unit: { environment: [`KUBELET_CONFIG_ARGS=${before}`] } });
});

describe('with a folder of KubeletConfiguration drop-ins', () => {
  const plan: Partial<KubeletPlan> = { kind: 'config-dir', file: { path: '/etc/kubernetes/kubelet.conf.d/90-sandbox-runtimes.conf', key: 'k', sha256: '' } };
  const notice = 'preflight: kubelet.service: nothing that can be seen starts the kubelet with --config-dir=/etc/kubernetes/kubelet.conf.d: '
    + 'unless another environment file does, the settings have no effect';

  test('the unit may be any', async () => {
    await check({ plan, unit: { command: ['/usr/bin/kubelet', '--config-dir=/etc/kubernetes/kubelet.conf.d'] } });
    await check({ plan, unit: { command: ['/usr/bin/kubelet', '--config-dir', '/etc/kubernetes/kubelet.conf.d'] } });
    expect(printed).toEqual([]);
  });

  test('a kubelet that does not seem to read the folder is reported', async () => {
    await check({ plan });
    expect(printed).toEqual([notice]);
  });

  test('a listed file can be where the folder is named', async () => {
    const files = { [DEFAULTS]: 'KUBELET_EXTRA_ARGS=--config-dir=/etc/kubernetes/kubelet.conf.d --runtime-request-timeout=1h' };
    await check({ plan: { ...plan, environmentFiles: [DEFAULTS] }, files });
    expect(printed).toEqual(['preflight: /etc/default/kubelet: has --runtime-request-timeout, which wins over the settings: take it out there']);
  });
});
