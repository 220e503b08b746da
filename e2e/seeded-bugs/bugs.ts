import type { SeededBug } from './seeded-bug';

const FIRST = 'a first installation on containerd 2.2';
const UPGRADE = 'an upgrade without running Pods';

export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    bug: 'a file gets its name before its bytes are on the disk',
    file: 'agent/host/host.ts',
    change: ['        this.fs.fsyncSync(file);\n      } finally {\n        this.fs.closeSync(file);\n      }\n      this.rename(', '      } finally {\n        this.fs.closeSync(file);\n      }\n      this.rename('],
    noticed: ['agent/power-cut', UPGRADE],
  },
  {
    bug: 'the new name of a file is not made durable',
    file: 'agent/host/host.ts',
    change: ['      this.fs.fsyncSync(directory);\n', ''],
    noticed: ['agent/power-cut', UPGRADE],
  },
  {
    bug: 'the old file is removed before the new one gets its name',
    file: 'agent/host/host.ts',
    change: ['      this.rename(unfinished, target);', '      this.removeTree(target);\n      this.rename(unfinished, target);'],
    noticed: ['agent/crash', UPGRADE],
  },
  {
    bug: 'a failure is not taken back',
    file: 'agent/transaction.ts',
    change: ['  if (run.journal) return takenBack(steps, run, run.journal);\n', '  if (run.journal) return UNTOUCHED;\n'],
    noticed: ['agent/disk-errors', FIRST],
  },
  {
    bug: 'files are written without a journal',
    file: 'agent/steps/write.ts',
    change: ['    writeJournal(host, journal);\n', ''],
    noticed: ['agent/crash', UPGRADE],
  },
  {
    bug: 'what a dead run left is not taken back',
    file: 'agent/steps/recover.ts',
    change: ['    } else if (journal) {', '    } else if (journal && run.lastAttempt) {'],
    noticed: ['agent/crash', UPGRADE],
  },
  {
    bug: 'a handler is called ready before it was proven',
    file: 'agent/install.ts',
    change: ['write, restart, prove, requireUnused, settle', 'write, restart, requireUnused, settle'],
    noticed: ['agent/install.test'],
  },
  {
    bug: 'the restart comes before the validation',
    file: 'agent/install.ts',
    change: ['validate, write, restart, prove', 'write, restart, validate, prove'],
    noticed: ['agent/install.test'],
  },
  {
    bug: 'the checksum of an archive is not looked at',
    file: 'agent/artifact/download.ts',
    change: ['if (found !== checksum.hex.toLowerCase())', 'if (found.length !== checksum.hex.length)'],
    noticed: ['agent/tampered-archives'],
  },
  {
    bug: 'an entry of an archive may leave its folder',
    file: 'agent/artifact/entry-path.ts',
    change: ["|| parts.includes('..') ", ''],
    noticed: ['agent/tampered-archives'],
  },
  {
    bug: 'the installation is removed when the Pod is told to end',
    file: 'agent/install.ts',
    change: ['  let whole = true;\n', "  let whole = true;\n  process.once('SIGTERM', () => host.removeTree('/opt/sandbox-runtimes'));\n"],
    noticed: ['agent/told-to-end'],
  },
  {
    bug: 'a unit that hit its start limit stays so',
    file: 'agent/restart/systemd-restart.ts',
    change: ['      await systemd.resetFailedUnit(unit);\n', ''],
    noticed: ['agent/restart/systemd-restart'],
  },
  {
    bug: 'a release is removed while Pods run from it',
    file: 'agent/steps/remove-unused.ts',
    change: ["        log('remove unused', release, 'kept, running Pods use it');\n        continue;\n", "        log('remove unused', release, 'kept, running Pods use it');\n"],
    noticed: ['agent/install.test'],
  },
  {
    bug: 'what somebody else writes meanwhile is overwritten',
    file: 'agent/steps/write.ts',
    change: ['  if (same(host.read(path), before)) return;\n', '  if (before || !host.read(path) || !same(host.read(path), before)) return;\n'],
    noticed: ['agent/foreign-writer'],
  },
  {
    bug: 'a temporary file has a name that containerd imports',
    file: 'agent/host/host.ts',
    change: ["'.sandbox-runtimes.tmp'", "'.sandbox-runtimes.tmp.toml'"],
    noticed: ['agent/crash|agent/host/host', UPGRADE],
  },
  {
    bug: 'the token is used before its fence is proven',
    file: 'agent/claim.ts',
    change: ['  await proveFence(gate);\n', ''],
    noticed: ['agent/claim'],
  },
  {
    bug: 'a node that failed frees its slot',
    file: 'agent/admit.ts',
    change: ['      if (news || !settled) await freeSlots(gate);\n    }\n', '    }\n    await freeSlots(gate);\n'],
    noticed: ['agent/admit'],
  },
];
