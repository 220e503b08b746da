import { isTrue } from './runsc-rules';

/** A flag that works, and that whoever reads the output of synth should know of. */
interface RunscWarning {
  readonly flag: string;
  readonly when: (value: string) => boolean;
  readonly reason: string;
  readonly instead: string;
  readonly source: string;
}

const LEAVE_OUT = 'leave it out';

const RUNSC_WARNINGS: readonly RunscWarning[] = [
  {
    flag: 'platform',
    when: (value) => value === 'ptrace',
    reason: 'which gVisor no longer supports and is going to remove',
    instead: 'use GVisorPlatform.SYSTRAP',
    source: 'google/gvisor g3doc/user_guide/platforms.md',
  },
  {
    flag: 'ignore-cgroups',
    when: isTrue,
    reason: 'so that the resource limits of its Pods have no effect',
    instead: LEAVE_OUT,
    source: 'google/gvisor runsc/config/flags.go (ignore-cgroups)',
  },
  {
    flag: 'allow-flag-override',
    when: isTrue,
    reason: 'so that whoever may write the annotations of a sandbox changes how it is built',
    instead: LEAVE_OUT,
    source: 'google/gvisor runsc/config/flags.go (allow-flag-override)',
  },
  { flag: 'iouring', when: isTrue, reason: 'which is for tests only', instead: LEAVE_OUT, source: 'google/gvisor runsc/config/flags.go (iouring, "TEST ONLY")' },
  {
    flag: 'profile',
    when: isTrue,
    reason: 'which weakens the sandbox\'s system call filter and is not for production',
    instead: LEAVE_OUT,
    source: 'google/gvisor runsc/config/flags.go (profile)',
  },
];

/** What is to be said about flags, by their own names and values. */
export function runscWarnings(flags: { readonly [flag: string]: string }): string[] {
  return RUNSC_WARNINGS.filter(({ flag, when }) => flags[flag] !== undefined && when(flags[flag]))
    .map(({ flag, reason, instead }) => `runsc's ${flag} "${flags[flag]}", ${reason}; ${instead}`);
}
