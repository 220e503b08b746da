import { randomUUID } from 'node:crypto';
import { EngineClient, EngineContainer } from './engine-client';
import { log } from '../log';
import { probeProgram } from './probe-program';

/** Label of our containers, by which those of a killed run are found. */
const PROBE_LABEL = 'sandbox-runtimes/probe';
const IMAGE = 'sandbox-runtimes/probe';
const TIMEOUT_MS = 30_000;

/**
 * Proves that Docker serves a runtime: it is listed, and a container of it starts, ends well and is removed. The image is
 * a program of ours, so the node needs none; it is there only as long as the proof.
 *
 * @param runtime undefined for the one that containers get which name none
 */
export async function proveRuntime(engine: EngineClient, architecture: string, runtime?: string): Promise<void> {
  const named = runtime === undefined ? 'the default runtime' : `handler "${runtime}"`;
  const { Runtimes: listed = {} } = await engine.info();
  if (runtime !== undefined && !Object.hasOwn(listed, runtime)) {
    throw new Error(`Docker does not serve ${named}; its runtimes are: ${Object.keys(listed).sort().join(', ')}`);
  }
  await removeLeftovers(engine);
  const tag = randomUUID();
  await engine.importImage(IMAGE, tag, imageLayer(probeProgram(architecture)));
  const image = `${IMAGE}:${tag}`;
  try {
    const code = await runProbe(engine, image, runtime);
    if (code !== 0) throw new Error(`it ended with ${code} instead of 0`);
  } catch (error) {
    throw new Error(`no container of ${named} could be run: ${(error as Error).message}`);
  } finally {
    await removeLeftovers(engine);
    await engine.removeImage(image).catch((error: Error) => log('prove', image, `is left: ${error.message}`));
  }
}

/** Whether it is a container of a proof. */
export function isProbe({ Labels: labels = {} }: EngineContainer): boolean {
  return PROBE_LABEL in labels;
}

/** Runs and removes a container. @returns its exit code. */
async function runProbe(engine: EngineClient, image: string, runtime: string | undefined): Promise<number> {
  const id = await engine.createContainer({
    Image: image,
    Entrypoint: ['/probe'],
    Labels: { [PROBE_LABEL]: '' },
    NetworkDisabled: true,
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none' }, ...(runtime === undefined ? {} : { Runtime: runtime }) },
  });
  await engine.startContainer(id, TIMEOUT_MS);
  const code = await engine.waitContainer(id, TIMEOUT_MS);
  await engine.removeContainer(id);
  return code;
}

/**
 * A container that hangs with its runtime cannot be removed, which must not keep another runtime from being proven. Where
 * Docker does not answer, the proof says so.
 */
async function removeLeftovers(engine: EngineClient): Promise<void> {
  for (const { Id: id } of await engine.containers(PROBE_LABEL).catch(() => [])) {
    await engine.removeContainer(id).catch((error: Error) => log('prove', `container ${id} of a proof`, `is left, as it cannot be removed: ${error.message}`));
  }
}

/** A tar archive of one file, `/probe`. */
function imageLayer(program: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write('probe', 0);
  header.write(octal(0o755, 8) + octal(0, 8) + octal(0, 8) + octal(program.length, 12) + octal(0, 12), 100);
  header.write('        0', 148);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, program, Buffer.alloc(512 - program.length % 512 + 1024)]);
}
