import { Duration } from 'cdk8s';
import { KubeletSettings } from '../../src';
import { DistributionNode } from '../distributions/distribution-node';
import { DISTRIBUTIONS } from '../distributions/distributions';
import { ArtifactMirror } from '../node/artifact-mirror';
import { gvisorArchive } from '../node/gvisor-archive';
import { busyboxImage, nodeImage, pauseImage } from '../node/images';
import { Manifest, runInstall } from '../node/installer-run';
import { addGVisor, synthesize, takingBack } from '../node/synthesized-installer';
import { TestContainer, TestPod } from '../node/test-pod';
import { GVISOR_RELEASE } from '../toolchain';

/*
 * k3s and RKE2 have containerd and the kubelet in one service, which on a server takes its time until etcd and the API
 * server are up again. The service here starts containerd alone, and as slowly.
 */

const FOLDER = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d';
/** Longer than a kubelet of its own may take. */
const SLOW_SECONDS = 35;
const K3S = DISTRIBUTIONS.find(({ name }) => name === 'k3s that imports drop-ins')!;

let mirror: ArtifactMirror;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation();
  mirror = await ArtifactMirror.start();
  mirror.serve(await gvisorArchive(GVISOR_RELEASE));
});

afterAll(() => mirror?.stop());

describe.each([['a server', 'k3s.service', SLOW_SECONDS], ['an agent', 'k3s-agent.service', 0]])('the kubelet of k3s on %s', (_, unit, seconds) => {
  const image = nodeImage();
  let node: DistributionNode;
  let plain: TestContainer;

  async function installer(minutes: number): Promise<Manifest[]> {
    const archive = await gvisorArchive(GVISOR_RELEASE);
    const kubelet = new KubeletSettings({ runtimeRequestTimeout: Duration.minutes(minutes), configDir: FOLDER, unit: 'k3s.service' });
    return synthesize(mirror, chart => addGVisor(chart, archive), K3S.platform, { kubelet });
  }

  /** How often the service was started. */
  function starts(): number {
    return node.exec('sh', '-c', 'cat /opt/starts').split('\n').length - 1;
  }

  beforeAll(async () => {
    node = await DistributionNode.start({
      ...K3S,
      unit,
      service: `${K3S.service}TimeoutStartSec=120\n`,
      launcher: `echo started >>/opt/starts\nif [ -e /opt/slow ]; then sleep ${seconds}; fi\n${K3S.launcher}`,
    }, [pauseImage(), busyboxImage(), image]);
    node.exec('mkdir', '-p', FOLDER);
    plain = await (await TestPod.run(node, { name: 'before', handler: '' }))
      .start({ name: 'main', image: busyboxImage().reference, command: ['sh', '-c', 'while :; do echo tick; sleep 0.1; done'] });
    node.write('/opt/slow', '');
  });

  afterAll(() => node?.stop());

  test.each([
    ['takes its settings by the one restart that brings the handler', 15],
    ['takes others by a restart of the service, and its Pods run on', 20],
  ])('%s', async (_name, minutes) => {
    const before = starts();
    const run = await runInstall(node, await installer(minutes), image.reference);
    run.requireReady('runsc');
    expect(node.read(`${FOLDER}/90-sandbox-runtimes.conf`)).toContain(`runtimeRequestTimeout: ${minutes}m`);
    expect(starts() - before).toBe(1);
    expect(await plain.exec('echo', 'reached')).toBe('reached\n');
  });

  test('is left alone by a run that changes nothing', async () => {
    const before = starts();
    (await runInstall(node, await installer(20), image.reference)).requireReady('runsc');
    expect(starts()).toBe(before);
  });

  test('has its settings taken back with all else, by one restart', async () => {
    node.exec('rm', '/opt/slow');
    const before = starts();
    const run = await runInstall(node, takingBack(await installer(20)), image.reference);
    expect(run.log).toContain('everything was taken back');
    expect(node.exec('ls', FOLDER)).toBe('');
    expect(starts() - before).toBe(1);
    expect(await plain.exec('echo', 'reached')).toBe('reached\n');
  });
});
