import * as fc from 'fast-check';
import { baseConfigContent, repointed } from '../../../agent/artifact/base-config';
import { Host } from '../../../agent/host/host';
import { Refusal } from '../../../agent/refusal';
import { RuntimePlan } from '../../../src/installer/install-plan';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();
const OURS = '/opt/sandbox-runtimes/kata-qemu/4.2.0';

const repoint = (text: string) => repointed(Buffer.from(text), '/opt/kata', OURS).toString();

test.each([
  ['path = "/opt/kata/bin/qemu"', `path = "${OURS}/bin/qemu"`],
  ['valid_hypervisor_paths = ["/opt/kata/bin/a","/opt/kata/bin/b"]', `valid_hypervisor_paths = ["${OURS}/bin/a","${OURS}/bin/b"]`],
  ['# Everything lies in /opt/kata.\n/opt/kata', `# Everything lies in ${OURS}.\n${OURS}`],
  ['args = ["-o=/opt/kata/x", "unix:///opt/kata/y"]', `args = ["-o=${OURS}/x", "unix://${OURS}/y"]`],
])('names the unpacked release in place of the folder that it was built for: %s', (shipped, ours) => {
  expect(repoint(shipped)).toBe(ours);
});

test.each(['/opt/kata-next/bin', '/opt/katana', '/opt/kata.old/x', '/opt/kata_1', '/mnt/opt/kata/x', '/mnt//opt/kata', './opt/kata/x', 'a/opt/kata', 'opt/kata'])(
  'leaves a path alone that only looks like it: %s', (path) => {
    expect(repoint(`path = "${path}"`)).toBe(`path = "${path}"`);
  });

test('changes no other byte, of whatever encoding', () => {
  fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (before, after) => {
    const text = Buffer.concat([before, Buffer.from(' "/opt/kata/x" '), after]);
    const marked = text.toString('latin1').split('/opt/kata').length;
    const result = repointed(text, '/opt/kata', OURS);
    if (marked === 2) expect(result).toEqual(Buffer.concat([before, Buffer.from(` "${OURS}/x" `), after]));
  }));
});

test('says which file a release lacks', () => {
  const plan = { artifact: { directory: OURS }, baseConfig: { path: '/x', source: 'share/configuration-qemu.toml', builtFor: '/opt/kata' } } as RuntimePlan;
  const read = () => baseConfigContent(new Host(scratch()), plan);
  expect(read).toThrow('the release has no share/configuration-qemu.toml, which the configuration begins with');
  expect(read).toThrow(Refusal);
});
