import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planDockerChanges } from '../../../agent/docker/plan-changes';
import { Host } from '../../../agent/host/host';
import type { DockerPlatformPlan } from '../../../src/installer/install-plan';
import { renderDockerRuntime } from '../../../src/platform/docker-config';
import { NodePlatform } from '../../../src/platform/node-platform';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
const PLATFORM = NodePlatform.DOCKER._plan() as DockerPlatformPlan;
const SOMEBODYS = '{"debug":true}';

function hostWith(text?: string | Buffer): Host {
  const root = scratchFolder();
  if (text !== undefined) {
    mkdirSync(join(root, dirname(PLATFORM.configFile)), { recursive: true });
    writeFileSync(join(root, PLATFORM.configFile), text);
  }
  return new Host(root);
}

function gvisor(release: string) {
  const folder = `/opt/sandbox-runtimes/gvisor/${release}`;
  const program = { path: `${folder}/runsc`, args: ['--platform=systrap'] };
  return { handler: 'runsc', docker: renderDockerRuntime({ handler: 'runsc', runtimePath: `${folder}/shim`, configPath: '/opt/x', program }) };
}

function textAfter(text: string | undefined, ...releases: string[]): string | undefined {
  const [change] = planDockerChanges(hostWith(text), PLATFORM, releases.map(gvisor));
  return change?.after?.toString();
}

test('plans the one file, with what was there before', () => {
  expect(planDockerChanges(hostWith(SOMEBODYS), PLATFORM, [gvisor('1')])).toEqual([
    { path: '/etc/docker/daemon.json', before: Buffer.from(SOMEBODYS), after: expect.any(Buffer), mode: 0o644 },
  ]);
});

test('installing, upgrading and taking back are the same thing', () => {
  const first = textAfter(SOMEBODYS, '1')!;
  const second = textAfter(first, '2')!;
  expect(second).toBe(textAfter(SOMEBODYS, '2'));
  expect(textAfter(second)).toBe(SOMEBODYS);
});

test('has nothing to do where all is as it should be', () => {
  expect(planDockerChanges(hostWith(textAfter(SOMEBODYS, '1')), PLATFORM, [gvisor('1')])).toEqual([]);
  expect(planDockerChanges(hostWith(SOMEBODYS), PLATFORM, [])).toEqual([]);
  expect(planDockerChanges(hostWith(), PLATFORM, [])).toEqual([]);
});

test('removes a file that it created', () => {
  const created = textAfter(undefined, '1');
  expect(planDockerChanges(hostWith(created), PLATFORM, [])).toMatchObject([{ after: undefined }]);
});

test('makes a handler the default one only while it is among those that are served', () => {
  const platform = { ...PLATFORM, defaultRuntime: 'runsc' };
  const [change] = planDockerChanges(hostWith(SOMEBODYS), platform, [gvisor('1')]);
  expect(JSON.parse(change.after!.toString())).toMatchObject({ 'default-runtime': 'runsc' });
  expect(planDockerChanges(hostWith(change.after), platform, [])).toMatchObject([{ after: Buffer.from(SOMEBODYS) }]);
});

test('refuses bytes that are no text', () => {
  expect(() => planDockerChanges(hostWith(Buffer.from([0x7b, 0xff, 0x7d])), PLATFORM, [gvisor('1')])).toThrow('/etc/docker/daemon.json is not UTF-8');
});

test('says what is wrong with a plan that is not for Docker', () => {
  expect(() => planDockerChanges(hostWith(), PLATFORM, [{ handler: 'runsc', v2: '', v3: '' }])).toThrow('the plan has no runtime of Docker for the handler runsc');
});
