import { HandlerTables } from './handler-tables';
import { Host } from './host/host';
import { Refusal } from './refusal';
import { KubeletRestart } from './restart/kubelet-restart';
import { readState } from './state-file';
import { HOST_LAYOUT } from '../src/installer/host-layout';
import { PlatformPlan } from '../src/installer/install-plan';

const RECORD_FILE = `${HOST_LAYOUT.state}/record.json`;
const FORMAT = 1;

/** What is installed on this node, by whom, and what was there before. Written when a run has been proven. */
export interface InstallRecord {
  readonly format: 1;
  readonly state: 'installed' | 'absent';
  /** `<namespace>/<DaemonSet>`. */
  readonly installer: string;
  /** Number of the run that wrote files last. */
  readonly run: number;
  /** Hash of the plan that was carried out in full; null where a handler of it failed. */
  readonly provenPlan: string | null;
  readonly platform: PlatformPlan;
  readonly kubelet: KubeletRestart | null;
  readonly handlers: readonly InstalledHandler[];
  readonly files: readonly InstalledFile[];
  /** Folders that we made outside of our own ones, outermost first. */
  readonly directories: readonly string[];
}

export type InstalledHandler = HandlerTables & {
  readonly runtime: string;
  readonly release: string;
  /** Folder of the release. */
  readonly directory: string;
  /** What is this handler's alone: its shim's configuration and programs. */
  readonly files: readonly string[];
  /** What it needs of a file that other handlers need too. */
  readonly sharedConfig?: string;
};

/** Whom a file is for. */
export type Purpose = 'container runtime' | 'kubelet' | 'crictl' | 'shared config' | 'shim';

export interface InstalledFile {
  readonly path: string;
  readonly purpose: Purpose;
  readonly sha256: string;
  /** The file as it was before we came; null where there was none. */
  readonly original: { readonly sha256: string; readonly mode: number } | null;
}

export function readRecord(host: Host): InstallRecord | undefined {
  const record = readState<InstallRecord>(host, RECORD_FILE, 'remove the file, and the next run writes it anew');
  if (record && record.format !== FORMAT) {
    throw new Refusal(`${RECORD_FILE} has format ${String(record.format)}, this agent reads format ${FORMAT}: go back to the newer version of the library`);
  }
  return record;
}

/** Another installer than this one, where the node belongs to it. */
export function otherOwner({ record, plan }: { readonly record?: InstallRecord; readonly plan: { readonly installer: string } }): string | undefined {
  return record && record.state !== 'absent' && record.installer !== plan.installer ? record.installer : undefined;
}

/** Writes nothing where it says the same already. */
export function writeRecord(host: Host, record: InstallRecord): void {
  const text = `${JSON.stringify(record, undefined, 2)}\n`;
  if (recordText(host) !== text) host.write(RECORD_FILE, text, 0o644);
}

/** Goes back to the record from before a run: a write that failed may have come through all the same. */
export function restoreRecord(host: Host, previous: InstallRecord | undefined): void {
  if (previous) writeRecord(host, previous);
  else removeRecord(host);
}

export function removeRecord(host: Host): void {
  host.remove(RECORD_FILE);
}

function recordText(host: Host): string | undefined {
  return host.read(RECORD_FILE)?.toString();
}
