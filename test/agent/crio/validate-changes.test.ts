import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CrioFile } from '../../../agent/crio/loaded-config';
import { validateCrioChanges } from '../../../agent/crio/validate-changes';
import { FileChange } from '../../../agent/file-change';
import type { CrioPlatformPlan } from '../../../src/installer/install-plan';
import { renderCrioDropIn } from '../../../src/platform/crio-config';
import { NodePlatform } from '../../../src/platform/node-platform';
import { scratchFolders } from '../scratch-folder';

const scratchFolder = scratchFolders();
const PLATFORM = NodePlatform.CRIO._plan() as CrioPlatformPlan;
const HANDLER = 'kata-qemu';
const TABLE = renderCrioDropIn({
  handler: HANDLER, runtimePath: '/opt/shim', configPath: '/opt/x.toml', runtimeRoot: '/run/vc', pullsInGuest: false, disablesSelinux: false,
});
const FILES: CrioFile[] = [
  { path: '/etc/crio/crio.conf', text: '[crio]\nlog_level = "info"\n' },
  { path: '/etc/crio/crio.conf.d/10-crun', text: '[crio.runtime.runtimes.crun]\nruntime_path = "/usr/bin/crun"\n' },
];
const CHANGE: FileChange = { path: '/etc/crio/crio.conf.d/99-sandbox-runtimes-kata-qemu', before: undefined, after: Buffer.from(TABLE), mode: 0o644 };

/** A CRI-O that prints the files that it is given, as the script has them: `crio --config <file> --config-dir <folder> config`. */
function validate(script: string) {
  const temporary = scratchFolder();
  const program = join(temporary, 'crio');
  writeFileSync(program, `#!/bin/sh\nfiles="$2 $4/*"\n${script}\n`, { mode: 0o755 });
  const handlers = [{ handler: HANDLER, crio: TABLE }];
  return validateCrioChanges({ command: [program], platform: PLATFORM, files: FILES, changes: [CHANGE], handlers, temporary });
}

test('takes drop-ins after which CRI-O prints our handler as planned and everything else as before', async () => {
  expect(await validate('cat $files')).toEqual({ changesBehaviour: true, finding: 'CRI-O reads only our handlers differently' });
});

test.each([
  ['does not print the handler', 'cat $files | sed "s/runtimes.kata-qemu/runtimes.another/"', 'the handler "kata-qemu" is not there'],
  ['prints another shim', 'cat $files | sed s#/opt/shim#/usr/bin/shim#', 'has runtime_path /usr/bin/shim instead of /opt/shim'],
  ['reads another handler differently', 'cat $files; test -e "$4/99-sandbox-runtimes-kata-qemu" && echo "[crio.image]" || true', 'CRI-O would read more differently than our handlers'],
  ['does not take them', 'test -e "$4/99-sandbox-runtimes-kata-qemu" && { echo "invalid runtime_type" >&2; exit 1; }; cat $files', 'CRI-O does not take the drop-ins: '],
])('refuses drop-ins where CRI-O %s', async (_what, script, reason) => {
  await expect(validate(script)).rejects.toThrow(reason);
});

test('goes on where CRI-O cannot print its configuration here, with the drop-ins or without', async () => {
  const { finding } = await validate('echo "no pinns here" >&2; exit 1');
  expect(finding).toMatch(/CRI-O cannot print its configuration here, with our drop-ins or without \(.*no pinns here\)/);
});
