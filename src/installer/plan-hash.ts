import { createHash } from 'node:crypto';

/** SHA-256 of a text, hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/**
 * Hash of all that an installer's Pod mounts: name to content (`plan.json`, `agent.js`, `files/<key>`). It stands in
 * the Pod template, where a changed ConfigMap alone would not rerun init containers, and the agent refuses files
 * that do not have it.
 */
export function planHash(files: { readonly [name: string]: string }): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) {
    const content = Buffer.from(files[name], 'utf8');
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
