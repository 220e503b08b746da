import { ArtifactMirror } from '../node/artifact-mirror';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { Manifest, runInstall } from '../node/installer-run';
import { nodeConfig } from '../node/node-config';
import { synthesizeInstaller } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestPod } from '../node/test-pod';
import { CONTAINERD_VERSIONS, GVISOR_RELEASE } from '../toolchain';

const [BELOW_USR, ROOTFS] = ['a file system that is mounted below the host\'s /usr', 'another Pod\'s root file system'];

/** Places that a container with the mounts of `install` may read, but not write. The node's /usr/local is a mount of its own. */
const PLACES = {
  'the kernel\'s parameters': '/proc/sys/kernel',
  'the host\'s programs': '/host/usr/bin',
  [BELOW_USR]: '/host/usr/local/bin',
  'containerd\'s own folder': '/run/containerd',
  [ROOTFS]: '$(set -- /run/containerd/io.containerd.runtime.v2.task/k8s.io/*/rootfs/bin; echo "${1%/bin}")',
};

let mirror: ArtifactMirror;
let manifests: Manifest[];

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  manifests = synthesizeInstaller(mirror, await gvisorArchive(GVISOR_RELEASE));
});

afterAll(() => mirror.stop());

test.each(CONTAINERD_VERSIONS)('what somebody inside install can write on containerd %s', async version => {
  const node = await TestNode.start({ containerd: version, files: nodeConfig(version) });
  try {
    node.importImages([pauseImage(), busyboxImage(), nodeImage()]);
    const victim = await TestPod.run(node, { name: 'victim', handler: '' });
    await victim.start({ name: 'victim', image: busyboxImage().reference, command: ['sleep', '2147483647'] });
    const attempts = Object.entries(PLACES).map(([name, folder]) => `(echo owned >${folder}/owned) 2>/dev/null && echo "${name}"`);
    const { log } = await runInstall(node, manifests, nodeImage().reference, { command: ['sh', '-c', `${attempts.join('; ')}; echo end`] });
    const writable = log.trim().split('\n').slice(0, -1);
    process.stdout.write(`figure: writable for somebody inside install on containerd ${version}: ${writable.join(', ') || 'nothing but its own folders'}\n`);
    // 1.7 cannot make what is mounted below a mount read-only; docs/security.md says what follows.
    expect(writable).toEqual(version === '1.7' ? [BELOW_USR, ROOTFS] : []);
  } finally {
    await node.stop();
  }
});
