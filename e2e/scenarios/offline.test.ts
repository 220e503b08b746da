import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ArchiveServer, bundleOf, releaseArchive } from '../../test/agent/installation';
import { figure } from '../real-cluster/figures';
import { busybox } from '../toolchain';

const PORT = 8080;
const MIRROR = `http://127.0.0.1:${PORT}`;

/**
 * Runs a command in a network of its own: a loopback with a mirror, and a way to everywhere else that only counts.
 * Prints the number of packets that took it.
 */
const IN_NETWORK = `set -e
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip link set lo up
ip link add elsewhere type veth peer name nowhere
ip link set nowhere up
ip address add 192.0.2.1/24 dev elsewhere
ip link set elsewhere up
ip route add default via 192.0.2.2 dev elsewhere
"$0" httpd -f -p 127.0.0.1:${PORT} -h "$1" &
mirror=$!
shift
sleep 0.3
sent() { awk '$1 == "elsewhere:" { print $11 }' /proc/net/dev; }
before=$(sent)
"$@" || code=$?
kill $mirror
echo "packets elsewhere: $(($(sent) - before)), exit code \${code:-0}"
`;

let folder: string;
let program: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offline-'));
  program = join(folder, 'installer.js');
  buildSync({ entryPoints: [join(__dirname, '../node/installer-process.ts')], bundle: true, platform: 'node', outfile: program, logLevel: 'error' });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** An installer whose only mirror is the one in its network. */
async function install(archive: Buffer): Promise<string> {
  const server = new ArchiveServer();
  await server.start();
  const bundle = bundleOf(server);
  await server.stop();
  const plan = JSON.parse(bundle['plan.json']);
  const [published] = plan.runtimes;
  const { url } = published.artifact.archives.amd64;
  bundle['plan.json'] = bundle['plan.json'].replaceAll(new URL(url).origin, MIRROR);
  const own = mkdtempSync(join(folder, 'run-'));
  mkdirSync(join(own, 'mirror'));
  writeFileSync(join(own, 'mirror', new URL(url).pathname), archive);
  writeFileSync(join(own, 'bundle.json'), JSON.stringify(bundle));
  return inNetwork(join(own, 'mirror'), process.execPath, program, own, join(own, 'bundle.json'));
}

function inNetwork(mirror: string, ...command: string[]): string {
  const { stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', IN_NETWORK, busybox(), mirror, ...command], { encoding: 'utf8' });
  return stdout + stderr;
}

test('an installer with a mirror sends no packet to anywhere else', async () => {
  const output = await install(releaseArchive('20261005.0'));
  expect(output).toContain('packets elsewhere: 0, exit code 0');
  figure('packets that an installer with a mirror sent elsewhere', 0);
});

test('nor does one whose mirror has another archive', async () => {
  expect(await install(Buffer.from('other'))).toContain('packets elsewhere: 0, exit code 1');
});

test('what goes elsewhere is counted', () => {
  const packets = /packets elsewhere: (\d+)/.exec(inNetwork(folder, busybox(), 'ping', '-c', '1', '-W', '1', '198.51.100.1'))?.[1];
  expect(Number(packets)).toBeGreaterThan(0);
});
