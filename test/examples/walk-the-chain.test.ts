import { synthesizeExample } from './synthesize-example';
import { walkTheChain } from './walk-the-chain';

const quickstart = synthesizeExample('quickstart');
const LABEL = 'sandbox-runtimes.node-restriction.kubernetes.io/runsc';

/** The quickstart with one emitter gone wrong. */
function changed(edit: (one: (kind: string, suffix?: string) => any) => void): any[] {
  const objects = structuredClone(quickstart);
  edit((kind, suffix = '') => objects.find((object) => object.kind === kind && object.metadata.name.endsWith(suffix)));
  return objects;
}

/** The quickstart whose plan says something else. */
function withPlan(edit: (runtime: any) => void): any[] {
  return changed((one) => {
    const { data } = one('ConfigMap', '-plan');
    const plan = JSON.parse(data['plan.json']);
    edit(plan.runtimes[0]);
    data['plan.json'] = JSON.stringify(plan);
  });
}

/** The quickstart in one of whose files a text is another. */
function withFile(key: string, from: string, to: string): any[] {
  return changed((one) => {
    const { data } = one('ConfigMap', '-files');
    if (!data[key].includes(from)) throw new Error(`${key} has no ${from}`);
    data[key] = data[key].replaceAll(from, to);
  });
}

test('the quickstart as it is synthesized holds', () => {
  expect(() => walkTheChain(quickstart)).not.toThrow();
});

test.each<[string, any[]]>([
  ['the class in the Pod', changed((one) => { one('Pod').spec.runtimeClassName = 'gvisot'; })],
  ['the handler in the RuntimeClass', changed((one) => { one('RuntimeClass').handler = 'runsd'; })],
  ['the label in the RuntimeClass', changed((one) => { one('RuntimeClass').scheduling.nodeSelector = { [`${LABEL}x`]: 'ready' }; })],
  ['the label\'s value in the RuntimeClass', changed((one) => { one('RuntimeClass').scheduling.nodeSelector = { [LABEL]: 'readx' }; })],
  ['the handler in the plan', withPlan((runtime) => { runtime.handler = 'runsd'; })],
  ['the class in the plan', withPlan((runtime) => { runtime.runtimeClassName = 'gvisot'; })],
  ['the label in the plan', withPlan((runtime) => { runtime.label = `${LABEL}x`; })],
  ['the shim in the plan', withPlan((runtime) => { runtime.shim += 'x'; })],
  ['the configuration\'s path in the plan', withPlan((runtime) => { runtime.config.path += 'x'; })],
  ['the handler in the v2 table', withFile('runsc.containerd-v2.toml', 'runtimes.runsc', 'runtimes.runsd')],
  ['the handler in the v3 table', withFile('runsc.containerd-v3.toml', 'runtimes.runsc', 'runtimes.runsd')],
  ['the shim in the v2 table', withFile('runsc.containerd-v2.toml', 'containerd-shim-runsc-v1', 'containerd-shim-runsd-v1')],
  ['the shim in the v3 table', withFile('runsc.containerd-v3.toml', 'containerd-shim-runsc-v1', 'containerd-shim-runsd-v1')],
  ['ConfigPath in the v3 table', withFile('runsc.containerd-v3.toml', '/config/runsc/', '/config/runsd/')],
  ['runsc\'s own path', withFile('runsc.runsc.toml', '/runsc"', '/runsd"')],
  ['the label in the policy', changed((one) => {
    const policy = one('ValidatingAdmissionPolicy');
    policy.spec = JSON.parse(JSON.stringify(policy.spec).replaceAll(LABEL, `${LABEL}x`));
  })],
  ['a host path of the DaemonSet', changed((one) => {
    one('DaemonSet').spec.template.spec.volumes.find((v: any) => v.hostPath?.path === '/opt/sandbox-runtimes').hostPath.path = '/opt/sandbox-runtimez';
  })],
  ['a key in the DaemonSet', changed((one) => {
    one('DaemonSet').spec.template.spec.volumes.find((v: any) => v.name === 'bundle').projected.sources[2].configMap.items[0].path += 'x';
  })],
])('another name for %s breaks the chain', (_what, objects) => {
  expect(() => walkTheChain(objects)).toThrow();
});

test.each([
  ['crio', 'runsc.crio.conf', 'runtimes.runsc', 'runtimes.runsd'],
  ['crio', 'runsc.crio.conf', 'containerd-shim-runsc-v1', 'containerd-shim-runsd-v1'],
  ['crio', 'runsc.crio.conf', '/config/runsc/', '/config/runsd/'],
  ['crio', 'runsc-shared.toml', 'grouping', 'groupings'],
  ['docker', 'runsc.docker.json', '"runsc":', '"runsd":'],
  ['docker', 'runsc.docker.json', '/runsc"', '/runsd"'],
  ['docker', 'runsc.docker.json', '"path"', '"runtimeType"'],
  ['docker', 'kata-qemu-runtime-rs.docker.json', '/config/kata-qemu-runtime-rs/', '/config/kata/'],
])('on %s, another name in %s breaks the chain: %s', (example, key, from, to) => {
  const objects = synthesizeExample(example);
  expect(() => walkTheChain(objects)).not.toThrow();
  const { data } = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name.endsWith('-files'));
  expect(data[key]).toContain(from);
  data[key] = data[key].replaceAll(from, to);
  expect(() => walkTheChain(objects)).toThrow();
});

describe('in the guide of old', () => {
  const guide = () => {
    const objects = synthesizeExample('cks-guide');
    return { objects, pod: objects.find((object) => object.kind === 'DaemonSet').spec.template.spec, files: objects.find((object) => object.metadata.name.endsWith('-files')).data };
  };

  test('the settings of kubelet and crictl hold', () => {
    expect(() => walkTheChain(guide().objects)).not.toThrow();
  });

  test.each<[string, (guide: any) => void, string]>([
    ['the kubelet\'s file', ({ files }) => { files['kubelet.systemd.conf'] += '#'; }, 'kubelet.systemd.conf is not what is planned'],
    ['the kubelet\'s folder', ({ pod }) => { pod.volumes.find((v: any) => v.hostPath?.path.endsWith('kubelet.service.d')).hostPath.path += 'x'; }, 'nothing is mounted to write'],
    ['the socket of crictl', ({ files }) => { files['crictl.yaml'] = files['crictl.yaml'].replaceAll('containerd.sock', 'docker.sock'); }, 'crictl.yaml is not what is planned'],
    ['a file with arguments', ({ pod }) => { pod.volumes.find((v: any) => v.hostPath?.path === '/etc/default/kubelet').hostPath.type = 'FileOrCreate'; }, 'is not mounted by itself'],
  ])('another %s breaks the chain', (_, edit, message) => {
    const changedGuide = guide();
    edit(changedGuide);
    expect(() => walkTheChain(changedGuide.objects)).toThrow(message);
  });
});
