import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planCrioChanges } from '../../../agent/crio/plan-changes';
import { Host } from '../../../agent/host/host';
import type { CrioPlatformPlan } from '../../../src/installer/install-plan';
import { renderCrioDropIn } from '../../../src/platform/crio-config';
import { NodePlatform } from '../../../src/platform/node-platform';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
const PLATFORM = NodePlatform.CRIO._plan() as CrioPlatformPlan;
const FOLDER = '/etc/crio/crio.conf.d';
const OWNER = 'sandbox-system/installer';

const CRIO = { [`${FOLDER}/10-crio.conf`]: '[crio.runtime]\ndefault_runtime = "crun"\n\n[crio.runtime.runtimes.crun]\nruntime_path = "/usr/libexec/crio/crun"\n' };

function hostWith(files: { [path: string]: string }): Host {
  const root = scratchFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return new Host(root);
}

function kata(handler: string, release = '4.2.0') {
  const runtimePath = `/opt/sandbox-runtimes/${handler}/${release}/containerd-shim-kata-v2`;
  return { handler, crio: renderCrioDropIn({ handler, runtimePath, configPath: '/opt/x.toml', runtimeRoot: '/run/vc', pullsInGuest: false, disablesSelinux: false }) };
}

function plan(files: { [path: string]: string }, ...handlers: ReturnType<typeof kata>[]) {
  return planCrioChanges(hostWith(files), PLATFORM, OWNER, handlers);
}

/** The files after the changes. */
function applied(files: { [path: string]: string }, changes: ReturnType<typeof plan>): { [path: string]: string } {
  const result = { ...files };
  for (const { path, after } of changes) if (after) result[path] = after.toString(); else delete result[path];
  return result;
}

test('plans a file for each handler, after everybody else\'s, and not built in the folder of which CRI-O reads every file', () => {
  const changes = plan(CRIO, kata('kata-qemu'), kata('kata-clh'));
  expect(changes.map(({ path }) => path)).toEqual([`${FOLDER}/99-sandbox-runtimes-kata-clh`, `${FOLDER}/99-sandbox-runtimes-kata-qemu`]);
  expect(changes).toEqual(changes.map((change) => ({ ...change, before: undefined, mode: 0o644, unfinishedIn: '/etc/crio' })));
  expect(changes[1].after!.toString()).toBe(`# Written by sandbox-runtimes for ${OWNER}. Changes are overwritten; the installer removes the file again.

[crio.runtime.runtimes.kata-qemu]
runtime_path = "/opt/sandbox-runtimes/kata-qemu/4.2.0/containerd-shim-kata-v2"
runtime_type = "vm"
runtime_root = "/run/vc"
runtime_config_path = "/opt/x.toml"
privileged_without_host_devices = true
`);
});

test('upgrades, removes what is no longer wanted and takes everything back, and touches nothing else', () => {
  const installed = applied(CRIO, plan(CRIO, kata('kata-qemu'), kata('kata-clh')));
  const upgraded = applied(installed, plan(installed, kata('kata-qemu', '4.3.0')));
  expect(Object.keys(upgraded)).toEqual([...Object.keys(CRIO), `${FOLDER}/99-sandbox-runtimes-kata-qemu`]);
  expect(upgraded[`${FOLDER}/99-sandbox-runtimes-kata-qemu`]).toContain('4.3.0');
  expect(plan(upgraded, kata('kata-qemu', '4.3.0'))).toEqual([]);
  expect(applied(upgraded, plan(upgraded))).toEqual(CRIO);
});

test.each([
  ['a handler of somebody else', { ...CRIO, [`${FOLDER}/99-kata-deploy`]: '[crio.runtime.runtimes.kata-qemu]\nruntime_path = "/opt/kata/x"\n' }, 'has a handler "kata-qemu" that the installer did not write'],
  ['one in the main file', { '/etc/crio/crio.conf': '[crio.runtime.runtimes.kata-qemu]\n' }, '/etc/crio/crio.conf has a handler "kata-qemu"'],
  ['one in a folder below', { [`${FOLDER}/more/x`]: '[crio.runtime.runtimes.kata-qemu]\n' }, 'crio.conf.d/more/x has a handler "kata-qemu"'],
  ['our name without our mark', { [`${FOLDER}/99-sandbox-runtimes-kata-qemu`]: '# mine\n' }, 'is not the installer\'s file'],
  ['another installer', applied({}, planCrioChanges(hostWith({}), PLATFORM, 'other/installer', [kata('kata-qemu')])), 'is of the installer other/installer: a node belongs to one installer'],
  ['a file that is not TOML', { [`${FOLDER}/10-crio.conf.bak`]: '[crio' }, '10-crio.conf.bak is not TOML'],
])('refuses %s', (_what, files, reason) => {
  expect(() => plan(files as { [path: string]: string }, kata('kata-qemu'))).toThrow(reason);
});

test('says what is wrong with a plan that is not for CRI-O', () => {
  expect(() => planCrioChanges(hostWith({}), PLATFORM, OWNER, [{ handler: 'runsc', v2: '', v3: '' }])).toThrow('the plan has no drop-in of CRI-O for the handler runsc');
});
