import { Chart, Testing } from 'cdk8s';
import { SandboxedPod, SandboxRuntime, type SandboxedContainer } from '../../src';

function synth(container: object) {
  const chart = new Chart(Testing.app(), 'team', { namespace: 'team-a' });
  const runtime = SandboxRuntime.fromRuntimeClassName(chart, 'runtime', 'gvisor');
  new SandboxedPod(chart, 'web', { runtime, containers: [{ name: 'web', image: 'nginx', ...container } as SandboxedContainer] });
  return Testing.synth(chart)[0].spec.containers[0];
}

test.each([' nginx', 'nginx ', ' ', 'nginx\n', 'my image'])('the image %j is refused, since no image has a space in its name', (image) => {
  expect(() => synth({ image })).toThrow(`container "web" of team/web has the image ${JSON.stringify(image)}; an image's name has no spaces, such as "registry.example/web:1.0"`);
});
