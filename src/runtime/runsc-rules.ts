/** A combination of flags that cannot work: what is wrong and what to write instead, or nothing. */
export type RunscRule = (flags: { readonly [flag: string]: string }) => string | undefined;

/**
 * Rules over several flags, by the flags' own names and values.
 * Source: `Config.Validate` in google/gvisor runsc/config/config.go; runsc refuses to start on each of them.
 */
export const RUNSC_RULES: readonly RunscRule[] = [
  function sharedRootHasNoOverlay(flags) {
    const overlay = flags.overlay2 ?? 'root:self';
    if (flags['file-access'] === 'shared' && overlay !== 'none') {
      return `fileAccess "shared" cannot be combined with an overlay, and overlay2 is "${overlay}"; set overlay2 to "none"`;
    }
    return undefined;
  },

  function tokenBucketHasRateAndBurst(flags) {
    const missing = ['qdisc-tbf-rate', 'qdisc-tbf-burst'].filter((flag) => Number(flags[flag] ?? 0) === 0);
    if (flags.qdisc === 'tbf' && missing.length > 0) {
      return `qdisc "tbf" needs a rate and a burst above 0; set ${missing.map(optionOf).join(' and ')}`;
    }
    return undefined;
  },

  function pausedNetworkIsOurs(flags) {
    const network = flags.network ?? 'sandbox';
    if (isTrue(flags['pause-external-networking']) && network !== 'sandbox') {
      return `pause-external-networking works with network "sandbox" only, and network is "${network}"; leave one of them out`;
    }
    return undefined;
  },

  function profilesNeedProfiling(flags) {
    const profile = ['profile-block', 'profile-cpu', 'profile-heap', 'profile-mutex'].find((flag) => flags[flag]);
    if (profile && !isTrue(flags.profile)) {
      return `${profile} needs profiling, which weakens the sandbox's system call filter; set the extra flag profile to "true" or leave ${profile} out`;
    }
    return undefined;
  },

  function profilingMetricsNeedLog(flags) {
    if (flags['profiling-metrics'] && !flags['profiling-metrics-log']) {
      return 'profiling-metrics needs a file to write to; set the extra flag profiling-metrics-log';
    }
    return undefined;
  },
];

/** runsc reads booleans as Go's strconv.ParseBool does. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(1|t|T|TRUE|true|True)$/.test(value);
}

function optionOf(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
