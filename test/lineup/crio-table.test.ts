import { readCrioTable } from '../../src/lineup/crio-table';

const TABLE = '[crio.runtime.runtimes.runsc]\nruntime_path = "/opt/shim"\nruntime_type = "vm"\nruntime_config_path = "/opt/config"\n';

test('reads shim, configuration and the switch for SELinux', () => {
  expect(readCrioTable(TABLE)).toMatchObject({ path: '[crio.runtime.runtimes.runsc]', handler: 'runsc', shim: '/opt/shim', configPath: '/opt/config' });
  expect(readCrioTable(TABLE)).not.toHaveProperty('selinux');
  expect(readCrioTable(`[crio.runtime]\nselinux = false\n${TABLE}`)).toMatchObject({ selinux: false });
});

test.each([
  ['', 'has 0 handlers'],
  [`${TABLE}[crio.runtime.runtimes.kata]\n`, 'has 2 handlers'],
  [`${TABLE}[crio.image]\n`, 'has "image" beside what belongs there'],
  [`[crio.runtime]\ndefault_runtime = "runsc"\n${TABLE}`, 'has "default_runtime" beside what belongs there; write exactly one table [crio.runtime.runtimes.<handler>]'],
  ['[crio', 'is not TOML'],
])('says why %j is not one drop-in', (text, reason) => {
  expect(readCrioTable(text)).toContain(reason);
});
