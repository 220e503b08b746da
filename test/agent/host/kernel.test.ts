import { Host } from '../../../agent/host/host';
import { atLeast, memoryBytes, sysctl } from '../../../agent/host/kernel';
import { isNoExec } from '../../../agent/host/mounts';
import { scratchFolders } from '../scratch-folder';

const scratch = scratchFolders();

function hostWith(files: { [path: string]: string }): Host {
  const host = new Host(scratch());
  for (const [path, content] of Object.entries(files)) {
    host.makeDirectories(path.slice(0, path.lastIndexOf('/')));
    host.write(path, content, 0o644);
  }
  return host;
}

test.each([
  ['5.6.0', '5.6', true], ['5.15.0-91-generic', '5.6', true], ['6.0.0', '5.6', true], ['5.5.19', '5.6', false], ['4.19.0', '5.6', false], ['', '5.6', false],
  ['5.6', '5.6.1', false],
])('a kernel %s meets the minimum %s: %s', (version, minimum, met) => {
  expect(atLeast(version, minimum)).toBe(met);
});

test('reads a sysctl, and none where the kernel has none', () => {
  const host = hostWith({ '/proc/sys/user/max_user_namespaces': '95\n' });
  expect([sysctl(host, 'user/max_user_namespaces'), sysctl(host, 'user/other')]).toEqual([95, undefined]);
});

test('reads the memory of the node, and none where the kernel does not say', () => {
  const host = hostWith({ '/proc/meminfo': 'MemTotal:       16318480 kB\nMemFree:         1234 kB\n' });
  expect([memoryBytes(host), memoryBytes(new Host(scratch()))]).toEqual([16318480 * 1024, undefined]);
});

test.each([
  ['/opt/sandbox-runtimes', true], ['/opt/sandbox-runtimes/gvisor', true], ['/opt', false], ['/opt/sandbox-runtimes-2', false], ['/with space/x', true], ['/twice', false],
])('%s is mounted noexec: %s', (path, noexec) => {
  const mounts = [['/', 'rw'], ['/opt/sandbox-runtimes', 'rw,noexec'], ['/with\\040space', 'noexec'], ['/twice', 'noexec'], ['/twice', 'rw']];
  const host = hostWith({ '/proc/self/mountinfo': mounts.map(([point, options], i) => `${i} 0 8:1 / ${point} ${options} - ext4 a rw\n`).join('') });
  expect(isNoExec(host, path)).toBe(noexec);
});
