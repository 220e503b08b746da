import { execFile, ExecFileException } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isExecutable } from './bits';
import { ArtifactPlan, NodeArtifactPlan } from '../../src/installer/install-plan';
import { Host } from '../host/host';
import { log } from '../log';
import { Refusal } from '../refusal';

const VERSION_TIMEOUT_MS = 30_000;

/** Whether a release that nobody brings is on the node, with all that is used of it. */
export async function checkOnNode(host: Host, artifact: NodeArtifactPlan, arch: string): Promise<void> {
  const { directory, files } = artifact;
  const missing = (files[arch] ?? []).filter((path) => {
    const found = host.stat(join(directory, path.replace(/\/$/, '')));
    return !found || found.isDirectory() !== path.endsWith('/');
  });
  if (missing.length) {
    throw new Refusal(`${directory} of this node lacks ${missing.join(', ')}: put the release there, have it brought (artifacts of the runtime), or use nodes that have it`);
  }
  checkRequired(host, artifact, directory, `${directory} of this node`);
  await checkVersion(host, artifact, 'preflight');
}

/** @param what the release is called in a message */
export function checkRequired(host: Host, { required }: ArtifactPlan, directory: string, what = 'the archive'): void {
  const missing = required.filter((path) => !isExecutable(host.stat(join(directory, path))?.mode ?? 0));
  if (missing.length) throw new Refusal(`${what} lacks ${missing.join(', ')}, or it is not executable: it is not the release that the plan describes`);
}

/** Proof that the release runs on this node, whose architecture and C library it may not be made for. */
export async function checkVersion(host: Host, { directory, version }: ArtifactPlan, step = 'stage'): Promise<void> {
  const startedAt = performance.now();
  const [program, ...args] = version.command;
  const command = [join(directory, program), ...args];
  const limit = { timeout: VERSION_TIMEOUT_MS };
  const { stdout, stderr } = await promisify(execFile)(host.at(command[0]), args, limit).catch((error: ExecFileException) => {
    if (error.killed) throw new Error(`${command.join(' ')} did not end within ${VERSION_TIMEOUT_MS} ms`);
    // The file is there: what is not is the loader, or the interpreter of a script, that it names.
    const reason = error.code as unknown === 'ENOENT' ? "it is linked to a C library that the installer's image does not have" : error.stderr || error.message;
    throw new Refusal(`${command.join(' ')} does not run on this node: ${reason.trim()}`);
  });
  const output = stdout + stderr;
  if (!output.includes(version.output)) {
    throw new Refusal(`${command.join(' ')} printed ${JSON.stringify(output.trim())} and not ${JSON.stringify(version.output)}: it is another release`);
  }
  log(step, command.join(' '), `prints ${JSON.stringify(version.output)}`, startedAt);
}
