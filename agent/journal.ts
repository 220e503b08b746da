import { Host } from './host/host';
import { KubeletRestart } from './restart/kubelet-restart';
import { HOST_LAYOUT } from '../src/installer/host-layout';

const JOURNAL_FILE = `${HOST_LAYOUT.state}/journal.json`;

/**
 * How to get back to the moment before the first write. It is on the disk before anything else is, and goes when a
 * run has been recorded or taken back; one that is there at the start of a run was left by a dead one.
 */
export interface Journal {
  /** Number of the run; one that the record has as well was completed. */
  readonly run: number;
  readonly planHash: string;
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

export function readJournal(host: Host): Journal | undefined {
  const text = host.read(JOURNAL_FILE)?.toString();
  return text === undefined ? undefined : JSON.parse(text) as Journal;
}

export function writeJournal(host: Host, journal: Journal): void {
  host.write(JOURNAL_FILE, `${JSON.stringify(journal)}\n`, 0o600);
}

export function removeJournal(host: Host): void {
  host.remove(JOURNAL_FILE);
}
