import { RUNSC_RULES } from '../../src/runtime/runsc-rules';

/** What the rules have to say about these flags. */
function problems(flags: { [flag: string]: string }): string[] {
  return RUNSC_RULES.map((rule) => rule({ platform: 'systrap', ...flags })).filter((problem) => problem !== undefined);
}

test.each([
  [{}],
  [{ 'file-access': 'shared', 'overlay2': 'none' }],
  [{ 'file-access': 'exclusive', 'overlay2': 'all:memory' }],
  [{ 'file-access-mounts': 'shared' }],
  [{ 'qdisc': 'tbf', 'qdisc-tbf-rate': '1', 'qdisc-tbf-burst': '1' }],
  [{ 'qdisc': 'fifo', 'qdisc-tbf-rate': '1' }],
  [{ 'pause-external-networking': 'true' }],
  [{ 'pause-external-networking': 'false', 'network': 'host' }],
  [{ 'profile': 'true', 'profile-cpu': '/tmp/cpu' }],
  [{ 'profiling-metrics': '/a', 'profiling-metrics-log': '-' }],
])('runsc starts with %j', (flags) => {
  expect(problems(flags)).toEqual([]);
});

test.each([
  [{ 'file-access': 'shared' }, 'fileAccess "shared" cannot be combined with an overlay, and overlay2 is "root:self"; set overlay2 to "none"'],
  [{ 'file-access': 'shared', 'overlay2': 'all:memory' }, 'overlay2 is "all:memory"'],
  [{ qdisc: 'tbf' }, 'set qdiscTbfRate and qdiscTbfBurst'],
  [{ 'qdisc': 'tbf', 'qdisc-tbf-rate': '1000' }, 'set qdiscTbfBurst'],
  [{ 'qdisc': 'tbf', 'qdisc-tbf-rate': '0', 'qdisc-tbf-burst': '9' }, 'set qdiscTbfRate'],
  [{ 'pause-external-networking': 'true', 'network': 'none' }, 'network is "none"'],
  [{ 'profile-heap': '/tmp/heap' }, 'profile-heap needs profiling'],
  [{ 'profile': 'false', 'profile-mutex': '/tmp/mutex' }, 'profile-mutex needs profiling'],
  [{ 'profiling-metrics': '/a' }, 'set the extra flag profiling-metrics-log'],
])('runsc would refuse %j', (flags: { [flag: string]: string }, message) => {
  expect(problems(flags)).toEqual([expect.stringContaining(message)]);
});
