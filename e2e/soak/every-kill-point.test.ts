import { runKilled } from './kill-points';
import { Progress } from './progress';
import { ArtifactMirror } from '../node/artifact-mirror';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { AgentRun, Manifest, runInstallUntilVerdict } from '../node/installer-run';
import { configDump, nodeConfig } from '../node/node-config';
import { synthesizeInstaller, takingBack } from '../node/synthesized-installer';
import { TestNode } from '../node/test-node';
import { TestContainer, TestPod } from '../node/test-pod';
import { figure } from '../real-cluster/figures';
import { count } from '../real-cluster/how-often';
import { GVISOR_NEXT_RELEASE, GVISOR_RELEASE } from '../toolchain';

/** Every one of the points; a larger number takes every n-th. */
const EVERY = count('SOAK_KILL_EVERY', 1);

const CONFIGURATION = '/etc/containerd';
const OURS = ['/opt/sandbox-runtimes', '/var/lib/sandbox-runtimes'];

let mirror: ArtifactMirror;
let node: TestNode;
let beside: TestContainer;
/** What is done one after the other, which ends where it began. */
let stories: { readonly name: string; readonly manifests: readonly Manifest[] }[];

beforeAll(async () => {
  mirror = await ArtifactMirror.start();
  const [release, next] = [await gvisorArchive(GVISOR_RELEASE), await gvisorArchive(GVISOR_NEXT_RELEASE)];
  for (const archive of [release, next]) mirror.serve(archive);
  stories = [
    { name: 'install', manifests: synthesizeInstaller(mirror, release) },
    { name: 'upgrade', manifests: synthesizeInstaller(mirror, next) },
    { name: 'take back', manifests: takingBack(synthesizeInstaller(mirror, next)) },
  ];
  node = await TestNode.start({ containerd: '2.2', files: nodeConfig('2.2') });
  node.importImages([pauseImage(), busyboxImage(), nodeImage()]);
  const pod = await TestPod.run(node, { name: 'beside', handler: '' });
  beside = await pod.start({ name: 'beside', image: busyboxImage().reference, command: ['sleep', '2147483647'] });
});

afterAll(async () => {
  await node?.stop();
  await mirror?.stop();
});

const contents = (...folders: string[]) => Object.fromEntries(folders.flatMap(folder => node.files(folder)).sort().map(path =>
  [path, path.startsWith('/opt/sandbox-runtimes/gvisor/') ? 'a program' : node.read(path)]));

test('install, upgrade and take back are finished by the next run, wherever the one before was killed', async () => {
  const image = nodeImage().reference;
  /** Undisturbed: how many points each story has, and what is there after it. */
  const points: number[] = [];
  const after = [contents(CONFIGURATION, ...OURS)];
  for (const { name, manifests } of stories) {
    const { run, points: counted } = await runKilled(node, manifests, image, 0);
    mustEndWell(run, name);
    points.push(counted!);
    after.push(contents(CONFIGURATION, ...OURS));
  }
  expect(after[3]).toMatchObject(after[0]);
  after[0] = after[3];
  figure('kill points of install, upgrade, take back', points.join(', '));

  const progress = new Progress('kill points', Math.max(...points));
  let killed = 0;
  for (let killAt = 1; killAt <= Math.max(...points); killAt += EVERY) {
    for (const [index, { name, manifests }] of stories.entries()) {
      const where = { name, killAt };
      const { run } = await runKilled(node, manifests, image, killAt <= points[index] ? killAt : 0);
      killed += Number(run.exitCode === 137);
      // No file that containerd reads is anything but old or new, and it can be read.
      for (const [path, content] of Object.entries(contents(CONFIGURATION)).filter(([file]) => file.endsWith('.toml'))) {
        expect({ ...where, path, allowed: [after[index][path], after[index + 1][path]] })
          .toEqual({ ...where, path, allowed: expect.arrayContaining([content]) });
      }
      configDump(node);
      const again = await runInstallUntilVerdict(node, manifests, image);
      mustEndWell(again, `${name}, after it was killed at ${killAt}`);
      expect({ ...where, left: contents(CONFIGURATION, ...OURS) }).toEqual({ ...where, left: after[index + 1] });
      expect({ ...where, ...await beside.status() }).toMatchObject({ ...where, state: 'running' });
    }
    progress.done(killAt);
  }
  figure('kill -9 of the real agent on a real containerd: points, torn files, reruns that did not converge, leftovers', `${killed}, 0, 0, 0`);
  expect(killed).toBeGreaterThan(0);
});

function mustEndWell({ exitCode, log }: AgentRun, what: string): void {
  if (exitCode !== 0) throw new Error(`${what}: the agent ended with ${exitCode}:\n${log}`);
}
