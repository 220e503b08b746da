import { probeScript } from '../../src/workload/probe-script';
import { ArtifactMirror } from '../node/artifact-mirror';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod, type TestContainerOptions } from '../node/test-pod';
import { CONTAINERD_VERSIONS, GVISOR_RELEASE } from '../toolchain';

/** The restricted security context of the probe. */
const RESTRICTED: TestContainerOptions['securityContext'] = {
  runAsUser: { value: 65534n }, runAsGroup: { value: 65534n }, capabilities: { drop: ['ALL'] }, noNewPrivs: true, readonlyRootfs: true,
};
/** Their numbers, as places of the mask in /proc. */
const CAPABILITIES = { NET_RAW: 13, SYS_ADMIN: 21 };

let node: TestNode;
let mirror: ArtifactMirror;

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  const release = await gvisorArchive(GVISOR_RELEASE);
  mirror.serve(release);
  const image = nodeImage();
  const [version] = CONTAINERD_VERSIONS;
  node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
  node.importImages([pauseImage(), busyboxImage(), image]);
  (await runInstall(node, synthesizeInstaller(mirror, release), image.reference)).requireReady('runsc');
});

afterAll(async () => {
  await node?.stop();
  await mirror?.stop();
});

/** Runs a script in a container of its own Pod, to its end. */
async function run(handler: string, script: string, options: Partial<TestContainerOptions> = {}, hostPid = false) {
  const pod = await TestPod.run(node, { name: `pod-${Math.random().toString(36).slice(2, 8)}`, handler, hostPid });
  try {
    const container = await pod.start({ name: 'main', image: busyboxImage().reference, command: ['/bin/sh', '-c', script], ...options });
    const { exitCode } = await container.exit();
    return { exitCode, log: container.log() };
  } finally {
    await pod.remove();
  }
}

describe('the probe, with the security context that it has in the cluster', () => {
  const probe = (handler: string, kind: 'gvisor' | 'kata') => run(handler, probeScript(kind, 'gvisor'), { env: { NODE_NAME: 'node-1' }, securityContext: RESTRICTED });

  test('proves gVisor in gVisor', async () => {
    const { exitCode, log } = await probe('runsc', 'gvisor');
    process.stdout.write(`\nlog of the probe in gVisor:\n${log}\n`);
    expect(log).toContain('PROVEN: this container runs in gVisor');
    expect(log).not.toContain('NOT PROVEN');
    expect(exitCode).toBe(0);
  });

  test.each(['gvisor', 'kata'] as const)('does not take runc for %s', async (kind) => {
    const { exitCode, log } = await probe('', kind);
    expect(log).toContain('NOT PROVEN');
    expect(exitCode).toBe(1);
  });

  test('does not take gVisor for Kata', async () => {
    expect((await probe('runsc', 'kata')).exitCode).toBe(1);
  });
});

describe('what the rules say about gVisor is so', () => {
  const capabilities = async (handler: string, ...add: string[]) => {
    const { log } = await run(handler, 'grep CapEff: /proc/self/status', { securityContext: { capabilities: { add } } });
    return parseInt(log.trim().split(/\s+/)[1], 16).toString(2).split('').reverse();
  };
  const has = (bits: string[], capability: keyof typeof CAPABILITIES) => bits[CAPABILITIES[capability]] === '1';

  test('net-raw: it is taken away, and runc gives it', async () => {
    expect(has(await capabilities('', 'NET_RAW'), 'NET_RAW')).toBe(true);
    expect(has(await capabilities('runsc', 'NET_RAW'), 'NET_RAW')).toBe(false);
  });

  test('admin-capabilities: they hold in the sandbox', async () => {
    expect(has(await capabilities('runsc', 'SYS_ADMIN'), 'SYS_ADMIN')).toBe(true);
  });

  test('host-pid: the processes of the sandbox are shown, and runc shows those of the host', async () => {
    const seen = async (handler: string) => (await run(handler, 'cat /proc/[0-9]*/comm', {}, true)).log;
    expect(await seen('')).toMatch(/^containerd$/m);
    expect(await seen('runsc')).not.toContain('containerd');
  });

  test('host-path: the files of the host reach into the sandbox', async () => {
    node.write('/var/lib/of-the-host/file', 'of the host\n');
    const { log } = await run('runsc', 'cat /shared/file', { mounts: [{ hostPath: '/var/lib/of-the-host', containerPath: '/shared', readonly: true }] });
    expect(log).toBe('of the host\n');
  });

  test('proc-mount: /proc is the one of the sandbox', async () => {
    const version = 'cat /proc/version';
    expect((await run('runsc', version)).log).toContain('gvisor');
    expect((await run('', version)).log).not.toContain('gvisor');
  });

  test('seccomp-profile: no filter is applied in the sandbox, and runc applies it', async () => {
    const mode = async (handler: string) => (await run(handler, 'grep ^Seccomp: /proc/self/status')).log.trim().split(/\s+/)[1];
    expect(await mode('')).toBe('2');
    expect(await mode('runsc')).toBe('0');
  });
});
