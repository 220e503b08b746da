/** What the system's error codes mean for whoever has to repair the node. */
const MEANINGS: { readonly [code: string]: string } = {
  ENOSPC: 'no space is left on the disk: free some, for example by removing images that nobody uses',
  EDQUOT: 'the disk quota is used up: raise it or free some space',
  EROFS: 'the file system is read-only: mount it writable, or use nodes where it is',
  EACCES: 'permission denied: the folder must belong to root, since the installer runs without capabilities',
  EPERM: 'operation not permitted: the file must belong to root and not be immutable, since the installer runs without capabilities',
  ENOENT: 'a file or folder on its path is not there: was it removed meanwhile?',
  ENOTDIR: 'a file stands where a folder has to be: remove it',
  EEXIST: 'something else stands in its place: remove it',
  EISDIR: 'a folder stands where a file has to be: remove it',
  EMFILE: 'too many open files',
  EIO: 'the disk reports an input/output error: replace the node',
};

/** True for what this machine's disk says, which another try within seconds will not change. */
export function isDiskError(error: unknown): boolean {
  return codeOf(error) in MEANINGS;
}

/** The error with a message that says what was being done and what the system's code means. */
export function explained(error: unknown, what: string): unknown {
  const code = codeOf(error);
  return code in MEANINGS ? Object.assign(new Error(`${what}: ${MEANINGS[code]} (${code})`), { code, cause: error }) : error;
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}
