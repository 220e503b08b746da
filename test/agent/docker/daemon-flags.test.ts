import { configFileOf, enablesSelinux, refuseConflicts } from '../../../agent/docker/daemon-flags';
import type { DockerPlatformPlan } from '../../../src/installer/install-plan';
import { NodePlatform } from '../../../src/platform/node-platform';

const PLATFORM = NodePlatform.DOCKER._plan() as DockerPlatformPlan;
const WITH_DEFAULT = NodePlatform.docker({ defaultRuntime: 'runsc' })._plan() as DockerPlatformPlan;
const USUAL = ['/usr/bin/dockerd', '-H', 'fd://', '--containerd=/run/containerd/containerd.sock'];

test.each([
  [USUAL, '/etc/docker/daemon.json'],
  [[...USUAL, '--config-file', '/opt/daemon.json'], '/opt/daemon.json'],
  [[...USUAL, '--config-file=/opt/daemon.json'], '/opt/daemon.json'],
])('knows the file that %j reads', (argv, file) => {
  expect(configFileOf(argv)).toBe(file);
});

test.each([[USUAL, false], [[...USUAL, '--selinux-enabled'], true], [[...USUAL, '--selinux-enabled=true'], true], [[...USUAL, '--selinux-enabled=false'], false]])(
  'knows whether %j labels for SELinux', (argv, enabled) => {
    expect(enablesSelinux(argv)).toBe(enabled);
  });

test('refuses runtimes on the command line, with which Docker would not start once the file has some', () => {
  expect(() => refuseConflicts(USUAL, PLATFORM)).not.toThrow();
  expect(() => refuseConflicts([...USUAL, '--add-runtime', 'a=/usr/bin/a'], PLATFORM))
    .toThrow('is started with --add-runtime, and would not start with the same in /etc/docker/daemon.json: move that setting to /etc/docker/daemon.json');
});

test('refuses a default runtime on the command line only where one is asked for', () => {
  expect(() => refuseConflicts([...USUAL, '--default-runtime=a'], PLATFORM)).not.toThrow();
  expect(() => refuseConflicts([...USUAL, '--default-runtime=a'], WITH_DEFAULT)).toThrow('is started with --default-runtime');
});
