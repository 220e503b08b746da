import { complaintAboutFlags } from '../../../agent/kubelet/kubelet';

/** Lines that kubelet 1.36 wrote. */
test.each([
  ['E1121 16:46:46.412313   21322 run.go:72] "command failed" err="failed to parse kubelet flag: unknown flag: --pod-infra-container-image"',
    'unknown flag: --pod-infra-container-image'],
  ['E1121 16:46:46.494799   21327 run.go:72] "command failed" err="failed to parse kubelet flag: invalid argument \\"soon\\" for '
    + '\\"--runtime-request-timeout\\" flag: time: invalid duration \\"soon\\""',
  'invalid argument "soon" for "--runtime-request-timeout" flag: time: invalid duration "soon"'],
])('reads what a kubelet says of its arguments', (line, complaint) => {
  expect(complaintAboutFlags(`kubelet --version failed with exit code 1: ${line}\n`)).toBe(complaint);
});

test.each(['sh: 0: Illegal option --', 'kubelet cannot be started (spawn EACCES)', ''])('takes "%s" for no word of a kubelet', (line) => {
  expect(complaintAboutFlags(line)).toBeUndefined();
});
