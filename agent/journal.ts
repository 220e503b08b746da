import { Host } from './host/host';
import { KubeletRestart } from './restart/kubelet-restart';
import { readState } from './state-file';
import { HOST_LAYOUT } from '../src/installer/host-layout';

const JOURNAL_FILE = `${HOST_LAYOUT.state}/journal.json`;

/**
 * How to get back to the moment before the first write. It is on the disk before anything else is, and goes when a
 * run has been recorded or taken back; one that is there at the start of a run was left by a dead one. Owners are not in
 * it, since nothing is written that does not belong to root.
 */
export interface Journal {
  /** Number of the run; one that the record has as well was completed. */
  readonly run: number;
  readonly planHash: string;
  /** The last one that began. */
  readonly step: string;
  /** Absent where the run does not touch the kubelet. */
  readonly kubelet?: KubeletRestart;
  readonly files: readonly JournalFile[];
  /** Folders that the run makes, outermost first. */
  readonly directories: readonly string[];
}

export interface JournalFile {
  readonly path: string;
  /** Base64; null where there was no file. */
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits before, or of the file that is created. */
  readonly mode: number;
  readonly inPlace: boolean;
  /** As in `FileChange`. */
  readonly unfinishedIn?: string;
}

/** Whether a file is as it was: somebody else may have written to it after us, and that is left alone. */
export function isAsBefore(host: Host, { path, before }: JournalFile): boolean {
  return (host.read(path)?.toString('base64') ?? null) === before;
}

export function readJournal(host: Host): Journal | undefined {
  return readState(host, JOURNAL_FILE, 'see that the configuration of the container runtime on this node is as it should be, and remove the file');
}

export function writeJournal(host: Host, journal: Journal): void {
  host.write(JOURNAL_FILE, `${JSON.stringify(journal)}\n`, 0o600);
}

export function removeJournal(host: Host): void {
  host.remove(JOURNAL_FILE);
}
